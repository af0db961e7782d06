import ConvertFiles
import ConvertTensors

/// A Python value of a checkpoint, inert. A value of an unknown class is a placeholder with everything that is known about it.
public enum CheckpointValue: Sendable {
    case none
    case boolean(Bool)
    case integer(Int64)
    /// Decimal text of an integer beyond 64 bits, with its pickled bytes.
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
    /// A storage that no tensor wraps.
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
    /// A container that contains itself.
    case cycle
}

/// A dictionary, with its keys in order.
public struct CheckpointDictionary: Sendable {
    /// Which Python class it is.
    public enum Kind: String, Sendable {
        case dict
        case orderedDict = "OrderedDict"
        case defaultDict = "defaultdict"
        case counter = "Counter"
        case namespace = "Namespace"
    }

    /// A key and its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: CheckpointValue
        /// The value.
        public let value: CheckpointValue

        /// Creates an entry.
        public init(key: CheckpointValue, value: CheckpointValue) {
            self.key = key
            self.value = value
        }
    }

    /// The Python class.
    public let kind: Kind
    /// The entries in order; each key once, as in Python.
    public let entries: [Entry]
    /// Attributes set on the dictionary, such as the `_metadata` of a state dict.
    public let attributes: CheckpointValue?
    /// ε of each normalization layer by the name of its module, if this is the state dict of a whole pickled module; otherwise empty.
    public var epsilons: [String: Double] = [:]

    /// Creates a dictionary. A key that is set twice keeps its first position and its last value.
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

    /// The value under a string key, or nil.
    public subscript(_ name: String) -> CheckpointValue? {
        entries.first { if case .string(name) = $0.key { true } else { false } }?.value
    }

    /// The string keys, in order.
    public var names: [String] {
        entries.compactMap { if case .string(let name) = $0.key { name } else { nil } }
    }
}

extension CheckpointValue {
    /// A string that is equal for equal keys; nil for keys without a simple text, and for NaN, which is not equal to itself.
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

    /// Tuples inside tuples give nil, because shared ones would expand without end. Lengths keep adjacent parts apart.
    private static func keyText(of items: [CheckpointValue]) -> String? {
        var text = "t"
        for item in items {
            if case .tuple = item { return nil }
            guard let part = item.keyText else { return nil }
            text += " \(part.utf8.count):\(part)"
        }
        return text
    }

    /// The key as it appears in a dotted path.
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
    /// The storage's memory.
    public let storage: Storage
    /// The element type that torch assigned to it; uint8 for an untyped storage.
    public let dtype: DType
    /// The device it was on when it was saved, such as `cpu` or `cuda:0`.
    public let location: String
    /// Whether it is an untyped storage.
    public let isUntyped: Bool
}

/// A strided tensor and its torch attributes.
public struct TorchTensor: Sendable {
    /// The view over its storage.
    public let tensor: Tensor
    /// Whether it requires gradients.
    public var requiresGrad = false
    /// Whether it is an `nn.Parameter`.
    public var isParameter = false
    /// The device it was on when it was saved, such as `cpu` or `cuda:0`.
    public let location: String
    /// Whether the elements must be conjugated on reading (torch's lazy conjugation).
    public var isConjugated = false
    /// Whether the elements must be negated on reading.
    public var isNegated = false
    /// The subclass of Tensor or Parameter, if it is one.
    public var className: String?

    /// Creates a plain tensor.
    public init(_ tensor: Tensor, location: String) {
        self.tensor = tensor
        self.location = location
    }
}

/// A quantized tensor: integers, and the scale that gives them meaning.
public struct QuantizedTensor: Sendable {
    /// How integers map to real numbers.
    public enum Scheme: Sendable {
        /// One scale and zero point for all elements.
        case perTensor(scale: Double, zeroPoint: Int64)
        /// One scale and zero point for each index along `axis`.
        case perChannel(scales: TorchTensor, zeroPoints: TorchTensor, axis: Int)
    }

    /// The integers.
    public let integers: TorchTensor
    /// How the integers map to real numbers.
    public let scheme: Scheme
    /// torch's name of the scheme, such as `per_tensor_affine`.
    public let schemeName: String
}

/// A sparse tensor as its parts.
public struct SparseTensor: Sendable {
    /// torch's name of the layout, such as `sparse_coo`.
    public let layout: String
    /// Shape of the dense form.
    public let shape: [Int]
    /// The parts by their torch names, such as `indices` and `values`.
    public let parts: [(name: String, tensor: TorchTensor)]
    /// Whether indices are sorted and unique; nil if the file does not say.
    public let isCoalesced: Bool?
}

/// A NumPy array. Elements without a matching torch dtype remain bytes.
public struct NumpyArray: Sendable {
    /// NumPy's name of the dtype, such as `<f8` or `<U5`.
    public let dtype: String
    /// Sizes, outermost first.
    public let shape: [Int]
    /// The elements, if a torch dtype matches; little-endian, with the strides of the array's order.
    public let tensor: Tensor?
}

/// A NumPy scalar as the Python number, string or bytes that `.item()` would return, if there is one.
public struct NumpyScalar: Sendable {
    /// NumPy's name of the dtype.
    public let dtype: String
    /// The value that `.item()` would return.
    public let value: CheckpointValue
}

/// An object of an unknown class.
public struct Placeholder: Sendable {
    /// Module and name of its class, or of the function that would have built it.
    public let className: String
    /// Positional arguments of the call.
    public let arguments: [CheckpointValue]
    /// Keyword arguments of the call; nil if there were none.
    public let keywords: CheckpointValue?
    /// The states applied by BUILD, in order.
    public let states: [CheckpointValue]
    /// The items appended or added.
    public let items: [CheckpointValue]
    /// The entries set.
    public let entries: CheckpointDictionary
}
