import ConvertFiles

/// The location of a call: the pickle, the class or function that is called, and the offset of the opcode that calls it.
public struct CallPlace: Sendable, Equatable {
    /// The file, and the entry if the pickle is in an archive.
    public let pickle: String
    /// Module and name of the class or function.
    public let call: String
    /// Offset of the opcode in the pickle.
    public let offset: Int

    fileprivate var text: String { "\(call) at offset \(offset) of the pickle" }
}

/// Something that Python does with a value when it loads the pickle and that this reader does not reproduce, so the value would differ.
public enum CallError: DescribedError, Equatable {
    /// BUILD, SETITEM(S), APPEND(S) or ADDITEMS applied to a result that cannot take it.
    case touchedResult(CallPlace, opcode: String, offset: Int)
    /// An argument that the known function does not use.
    case unusedArgument(CallPlace, number: Int)
    /// An argument with an effect that is not reproduced.
    case unfollowedArgument(CallPlace, argument: String, detail: String)
    /// A call with keyword arguments.
    case keywordArguments(CallPlace)
    /// NEWOBJ only runs `__new__`: a class that takes its contents in `__init__` stays empty.
    case ignoredByNew(CallPlace)
    /// NEWOBJ of something that is not a class.
    case newOfFunction(CallPlace)
    /// A container that was changed after a call copied it.
    case changedArgument(CallPlace, offset: Int)
    /// Weights passed to an unknown function.
    case weightsHandedOn(CallPlace)
    /// A key of an unknown class, which may be equal to one of the strings.
    case unknownKey(pickle: String, className: String)

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .touchedResult(let place, let opcode, let offset):
            "\(place.pickle): \(opcode) at offset \(offset) is applied to the result of \(place.text), which is not supported"
        case .unusedArgument(let place, let number):
            "\(place.pickle): \(place.text) has an argument \(number) that is not supported"
        case .unfollowedArgument(let place, let argument, let detail):
            "\(place.pickle): \(place.text): its \(argument) \(detail), which is not supported"
        case .keywordArguments(let place): "\(place.pickle): \(place.text) has keyword arguments, which are not supported"
        case .ignoredByNew(let place):
            "\(place.pickle): NEWOBJ of \(place.text) has arguments, which Python ignores"
        case .newOfFunction(let place): "\(place.pickle): NEWOBJ of \(place.text): this is not a class that NEWOBJ can build"
        case .changedArgument(let place, let offset):
            "\(place.pickle): a container passed to \(place.text) is changed afterwards, at offset \(offset)"
        case .weightsHandedOn(let place):
            "\(place.pickle): weights are passed to \(place.text), which is unknown and could change them"
        case .unknownKey(let pickle, let className):
            "\(pickle): a dictionary of names has a key of class \(className), which could be equal to one of the names"
        }
    }

    /// What the user can do about it.
    public var remedy: String { "torch would load different values: have the file saved again as a plain state dict" }
}
