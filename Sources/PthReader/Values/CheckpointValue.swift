import Files
import Tensors

/// A Python value of a checkpoint, inert. What is not known by name is a placeholder with everything that was said about it.
public enum CheckpointValue: Sendable {
    case none
    case boolean(Bool)
    case integer(Int64)
    /// Decimal text of an integer past 64 bits, with its pickled bytes.
    indirect case bigInteger(String, twosComplement: [UInt8])
    case float(Double)
    case complex(Double, Double)
    case string(String)
    indirect case bytes(ByteView)
    indirect case byteArray(ByteView)
    case list([CheckpointValue])
    case tuple([CheckpointValue])
    case set([CheckpointValue])
    case frozenSet([CheckpointValue])
    indirect case dictionary(CheckpointDictionary)
    indirect case tensor(TorchTensor)
    indirect case quantizedTensor(QuantizedTensor)
    indirect case sparseTensor(SparseTensor)
    /// A storage that stands by itself.
    indirect case storage(TorchStorage)
    indirect case numpyArray(NumpyArray)
    indirect case numpyScalar(NumpyScalar)
    /// The name of a torch dtype, such as `float32`.
    case torchDType(String)
    /// A NumPy dtype in NumPy's own spelling, such as `<f8`.
    case numpyDType(String)
    /// `torch.Size`.
    case size([Int])
    /// `torch.device`, such as `cuda:0`.
    case device(String)
    /// A path of `pathlib`.
    case path(String)
    /// A date, time, date and time, duration or time zone in ISO 8601.
    case date(String)
    /// A class or function that is only named.
    case global(String)
    indirect case placeholder(Placeholder)
    /// A container inside itself.
    case cycle
}

/// A dictionary with its keys in order.
public struct CheckpointDictionary: Sendable {
    /// Which Python class it is.
    public enum Kind: String, Sendable {
        case dict
        case orderedDict = "OrderedDict"
        case defaultDict = "defaultdict"
        case counter = "Counter"
        case namespace = "Namespace"
    }

    /// One key and its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: CheckpointValue
        /// The value.
        public let value: CheckpointValue

        /// A pair.
        public init(key: CheckpointValue, value: CheckpointValue) {
            self.key = key
            self.value = value
        }
    }

    /// The Python class.
    public let kind: Kind
    /// Pairs in order; each key once, as Python keeps them.
    public let entries: [Entry]
    /// Attributes set on the dictionary, such as the `_metadata` of a state dict.
    public let attributes: CheckpointValue?
    /// ε of each normalization layer by its module's name, if this is the state dict of a whole pickled module, which holds it.
    public var epsilons: [String: Double] = [:]

    /// A dictionary. A key set twice keeps its first place and its last value.
    public init(kind: Kind = .dict, entries: [Entry], attributes: CheckpointValue? = nil) {
        var places: [ExactText: Int] = [:]
        var kept: [Entry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries {
            let name = entry.key.keyText.map { ExactText($0) }
            if let name, let place = places[name] {
                kept[place] = entry
            } else {
                if let name { places[name] = kept.count }
                kept.append(entry)
            }
        }
        self.kind = kind
        self.entries = kept
        self.attributes = attributes
    }

    /// The value under a text key.
    public subscript(_ name: String) -> CheckpointValue? {
        entries.first { if case .string(name) = $0.key { true } else { false } }?.value
    }

    /// The text keys, in order.
    public var names: [String] {
        entries.compactMap { if case .string(let name) = $0.key { name } else { nil } }
    }
}

extension CheckpointValue {
    /// A text that is equal for equal keys; nil for keys that have no simple text, and for NaN, which Python holds for different from itself.
    public var keyText: String? {
        switch self {
        case .string(let text): "s\(text)"
        case .integer(let number): "i\(number)"
        case .boolean(let flag): "i\(flag ? 1 : 0)"
        case .float(let number): number.isNaN ? nil : Int64(exactly: number).map { "i\($0)" } ?? "f\(number)"
        case .none: "n"
        case .bigInteger(let text, _): "i\(text)"
        case .bytes(let view): "b\(view.array)"
        case .tuple(let items): CheckpointValue.keyText(of: items)
        // A NumPy scalar is equal to the Python value that it holds.
        case .numpyScalar(let scalar): scalar.value.keyText
        default: nil
        }
    }

    /// Tuples inside tuples are left alone, because shared ones would unfold without end. Lengths keep neighbors apart.
    private static func keyText(of items: [CheckpointValue]) -> String? {
        var text = "t"
        for item in items {
            if case .tuple = item { return nil }
            guard let part = item.keyText else { return nil }
            text += " \(part.utf8.count):\(part)"
        }
        return text
    }

    /// How a key is written in a dotted path.
    public var pathComponent: String {
        switch self {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .boolean(let flag): flag ? "True" : "False"
        case .float(let number): "\(number)"
        case .none: "None"
        default: "?"
        }
    }

    /// Whether this is a tensor of any kind.
    public var isTensor: Bool {
        switch self {
        case .tensor, .quantizedTensor, .sparseTensor: true
        default: false
        }
    }
}

/// A storage as a pickle names it.
public struct TorchStorage: Sendable {
    /// The bytes.
    public let storage: Storage
    /// The element type that torch gave it; uint8 for an untyped storage.
    public let dtype: DType
    /// Where it lived when it was saved, such as `cpu` or `cuda:0`.
    public let location: String
    /// Whether torch calls it untyped.
    public let isUntyped: Bool
}

/// A strided tensor with what torch says about it.
public struct TorchTensor: Sendable {
    /// The view over its storage.
    public let tensor: Tensor
    /// Whether gradients were wanted.
    public var requiresGrad = false
    /// Whether it was an `nn.Parameter`.
    public var isParameter = false
    /// Where it lived when it was saved, such as `cpu` or `cuda:0`.
    public let location: String
    /// Whether reading must conjugate the elements (torch's lazy conjugation).
    public var isConjugated = false
    /// Whether reading must negate the elements.
    public var isNegated = false
    /// A subclass of Tensor or Parameter, where there was one.
    public var className: String?

    /// A plain tensor.
    public init(_ tensor: Tensor, location: String) {
        self.tensor = tensor
        self.location = location
    }
}

/// A quantized tensor: integers with the scale that gives them meaning.
public struct QuantizedTensor: Sendable {
    /// How integers become numbers.
    public enum Scheme: Sendable {
        /// One scale and zero point.
        case perTensor(scale: Double, zeroPoint: Int64)
        /// One scale and zero point for each index along `axis`.
        case perChannel(scales: TorchTensor, zeroPoints: TorchTensor, axis: Int)
    }

    /// The integers.
    public let integers: TorchTensor
    /// The scheme.
    public let scheme: Scheme
    /// torch's name of the scheme, such as `per_tensor_affine`.
    public let schemeName: String
}

/// A sparse tensor as its parts.
public struct SparseTensor: Sendable {
    /// torch's name of the layout, such as `sparse_coo`.
    public let layout: String
    /// Sizes of the dense form.
    public let shape: [Int]
    /// The parts by their torch names, such as `indices` and `values`.
    public let parts: [(name: String, tensor: TorchTensor)]
    /// Whether indices are sorted and unique; nil where the file does not say.
    public let isCoalesced: Bool?
}

/// A NumPy array; elements that no torch dtype matches stay bytes.
public struct NumpyArray: Sendable {
    /// NumPy's spelling, such as `<f8` or `<U5`.
    public let dtype: String
    /// Sizes, outermost first.
    public let shape: [Int]
    /// The elements, where a torch dtype matches; little-endian, with the strides of the array's order.
    public let tensor: Tensor?
}

/// A NumPy scalar as the Python number, text or bytes that `.item()` would give, where there is one.
public struct NumpyScalar: Sendable {
    /// NumPy's spelling of its dtype.
    public let dtype: String
    /// The value.
    public let value: CheckpointValue
}

/// An object of a class that nobody here knows.
public struct Placeholder: Sendable {
    /// Module and name of its class or of the function that would have built it.
    public let className: String
    /// Arguments of the call.
    public let arguments: [CheckpointValue]
    /// Keyword arguments.
    public let keywords: CheckpointValue?
    /// What BUILD gave it.
    public let states: [CheckpointValue]
    /// Items appended or added.
    public let items: [CheckpointValue]
    /// Entries set.
    public let entries: CheckpointDictionary
}
