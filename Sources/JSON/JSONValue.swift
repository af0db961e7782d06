/// A JSON value. Members keep their order; integers are exact. A value that holds a NaN is not equal to itself, as that NaN is not.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// A whole number above `Int64.max`; smaller ones are always `integer`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent, or a whole one that has no place in 64 bits.
    case number(Double)
    /// A text.
    case string(String)
    /// Items.
    case array([JSONValue])
    /// Members.
    case object(JSONObject)

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }
    /// The truth value, where this is one.
    public var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    /// The text, where this is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The integer, where this is one that `Int` holds.
    public var integer: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }
    /// The integer, where this is one that is not negative.
    public var unsigned: UInt64? {
        switch self {
        case .integer(let number): UInt64(exactly: number)
        case .unsigned(let number): number
        default: nil
        }
    }
    /// The items, where this is an array.
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    /// The members, where this is an object.
    public var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
    /// The number, whole or not, rounded to a double.
    public var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        default: nil
        }
    }
}
