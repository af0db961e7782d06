/// The element types that torch stores. Raw values are torch's own names.
public enum DType: String, Sendable, CaseIterable {
    case float64, float32, float16, bfloat16
    case float8E4M3FN = "float8_e4m3fn"
    case float8E5M2 = "float8_e5m2"
    case float8E4M3FNUZ = "float8_e4m3fnuz"
    case float8E5M2FNUZ = "float8_e5m2fnuz"
    case float8E8M0FNU = "float8_e8m0fnu"
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool
    case complex128, complex64, complex32
    case qint8, quint8, qint32
    /// Two 4-bit floats in each element, which torch counts as one.
    case float4E2M1FNx2 = "float4_e2m1fn_x2"
    /// Bits without an interpretation.
    case bits1x8, bits2x4, bits4x2, bits8, bits16
    /// 6-bit floats of safetensors, four in three bytes, which torch does not have; here an element is one byte.
    case float6E2M3 = "F6_E2M3"
    case float6E3M2 = "F6_E3M2"

    /// Size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32, .complex32, .qint32: 4
        case .float16, .bfloat16, .int16, .uint16, .bits16: 2
        case .float8E4M3FN, .float8E5M2, .float8E4M3FNUZ, .float8E5M2FNUZ, .float8E8M0FNU, .int8, .uint8, .bool, .qint8, .quint8: 1
        case .float4E2M1FNx2, .bits1x8, .bits2x4, .bits4x2, .bits8, .float6E2M3, .float6E3M2: 1
        }
    }

    /// Whether elements are real floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16, .float8E4M3FN, .float8E5M2, .float8E4M3FNUZ, .float8E5M2FNUZ, .float8E8M0FNU: true
        default: false
        }
    }

    /// Whether elements are pairs of a real and an imaginary part.
    public var isComplex: Bool { self == .complex128 || self == .complex64 || self == .complex32 }

    /// Whether elements are integers that represent scaled real numbers.
    public var isQuantized: Bool { self == .qint8 || self == .quint8 || self == .qint32 }

    /// Whether elements are bits that are copied but not read as numbers: they pack several numbers, or have no interpretation.
    public var isOpaque: Bool {
        switch self {
        case .float4E2M1FNx2, .bits1x8, .bits2x4, .bits4x2, .bits8, .bits16, .float6E2M3, .float6E3M2: true
        default: false
        }
    }

    /// Whether torch has this type.
    public var isTorch: Bool { self != .float6E2M3 && self != .float6E3M2 }
}
