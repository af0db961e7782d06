/// An ONNX model as plain values, as far as networks of this project's kinds need it; the form that reader and writer share.
struct ONNXModel {
    var irVersion: Int
    var opset: Int
    /// The program that wrote it; read together with its version.
    var producer = ""
    var producerVersion = ""
    /// What the model is, in words.
    var documentation = ""
    var graphName = ""
    var inputs: [ONNXValue]
    var outputs: [ONNXValue]
    /// Types of values between nodes, for viewers; a reader has no need of them.
    var innerValues: [ONNXValue] = []
    var nodes: [ONNXNode]
    var initializers: [ONNXTensor]
    /// Names of functions of the model's own.
    var functions: [String] = []
    var metadata: [(key: String, value: String)] = []
}

/// A graph's input or output; a dimension is a size, a symbol, or unknown.
struct ONNXValue {
    enum Dimension {
        case fixed(Int64)
        case symbol(String)
        case unknown
    }

    var name: String
    var elementType: Int32
    /// Nil if the file gives no shape.
    var shape: [Dimension]?
}

/// One operator.
struct ONNXNode {
    var name: String
    var operatorName: String
    var domain = ""
    var inputs: [String]
    var outputs: [String]
    var attributes: [(name: String, value: ONNXAttribute)] = []

    subscript(_ name: String) -> ONNXAttribute? { attributes.first { $0.name == name }?.value }
}

/// An attribute's value.
enum ONNXAttribute {
    case float(Float)
    case integer(Int64)
    case string(String)
    case integers([Int64])
    case floats([Float])
    case tensor(ONNXTensor)
    /// Of a kind that no operator here has: subgraphs, sparse tensors, types.
    case other
}

/// A tensor of the file.
struct ONNXTensor {
    enum Content {
        /// Bytes in C order at this place of the file.
        case raw(offset: Int, count: Int)
        /// Keys and values that say where in a different file the bytes are.
        case external([(key: String, value: String)])
        /// Bytes in C order that were in a typed field.
        case inline([UInt8])
    }

    var name: String
    var elementType: Int32
    var shape: [Int64]
    var content: Content
}

/// Element types of onnx.proto's `TensorProto.DataType`.
enum ONNXElementType {
    static let float32: Int32 = 1
    static let uint8: Int32 = 2
    static let int64: Int32 = 7
    static let float16: Int32 = 10
    static let float64: Int32 = 11
    static let bfloat16: Int32 = 16
}
