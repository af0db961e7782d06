import Files

/// Where a call stands: the pickle, the class or function called, and the offset of the opcode that calls it.
public struct CallPlace: Sendable, Equatable {
    /// The file, and the entry if the pickle is one.
    public let pickle: String
    /// Module and name of what is called.
    public let call: String
    /// Offset in the pickle.
    public let offset: Int

    fileprivate var text: String { "\(call) at offset \(offset) of the pickle" }
}

/// Something that Python does with a value when it loads the pickle and that is not followed here, so that the value would be another one.
public enum CallError: DescribedError, Equatable {
    /// BUILD, SETITEM(S), APPEND(S) or ADDITEMS applied to a result that cannot take it.
    case touchedResult(CallPlace, opcode: String, offset: Int)
    case unusedArgument(CallPlace, number: Int)
    case unfollowedArgument(CallPlace, argument: String, detail: String)
    case keywordArguments(CallPlace)
    /// NEWOBJ runs `__new__` alone: a class that takes its content in `__init__` stays empty.
    case ignoredByNew(CallPlace)
    case newOfFunction(CallPlace)
    /// A container that a call copied and that was changed afterwards.
    case changedArgument(CallPlace, offset: Int)
    /// Weights given to a function that nobody here knows.
    case weightsHandedOn(CallPlace)
    /// A key of an unknown class, which may be equal to one of the texts.
    case unknownKey(pickle: String, className: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .touchedResult(let place, let opcode, let offset):
            "\(place.pickle): \(opcode) at offset \(offset) is applied to the result of \(place.text), which is not followed here"
        case .unusedArgument(let place, let number):
            "\(place.pickle): \(place.text) has an argument \(number) that is not followed here"
        case .unfollowedArgument(let place, let argument, let detail):
            "\(place.pickle): \(place.text): its \(argument) \(detail), which is not followed here"
        case .keywordArguments(let place): "\(place.pickle): \(place.text) has keyword arguments, which are not followed here"
        case .ignoredByNew(let place):
            "\(place.pickle): NEWOBJ of \(place.text) has arguments, which Python passes over"
        case .newOfFunction(let place): "\(place.pickle): NEWOBJ of \(place.text): this is not a class that NEWOBJ can build"
        case .changedArgument(let place, let offset):
            "\(place.pickle): a container given to \(place.text) is changed afterwards, at offset \(offset)"
        case .weightsHandedOn(let place):
            "\(place.pickle): weights are given to \(place.text), which is not known here and could change them"
        case .unknownKey(let pickle, let className):
            "\(pickle): a dictionary of names has a key of class \(className), which could be equal to one of the names"
        }
    }

    /// What to do about it.
    public var remedy: String { "torch would load other values than this reader sees: have the file saved again as a plain state dict" }
}
