/// A JSON value. Members keep their order; integers are exact. A value that contains a NaN is not equal to itself.
package enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// An integer.
    case integer(Int64)
    /// An integer above `Int64.max`; smaller ones are always `integer`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent, or an integer that does not fit 64 bits.
    case number(Double)
    /// A string.
    case string(String)
    /// An array of values.
    case array([JSONValue])
    /// An object: keys and values in order.
    case object(JSONObject)

    /// Whether this is `null`.
    package var isNull: Bool { if case .null = self { true } else { false } }
    /// The truth value, or nil if this is not one.
    package var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    /// The string, or nil if this is not one.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The integer, or nil if this is not one or does not fit `Int`.
    package var integer: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }
    /// The integer, or nil if this is not one or is negative.
    package var unsigned: UInt64? {
        switch self {
        case .integer(let number): UInt64(exactly: number)
        case .unsigned(let number): number
        default: nil
        }
    }
    /// The items, or nil if this is not an array.
    package var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    /// The members, or nil if this is not an object.
    package var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
    /// The number, rounded to a double, or nil if this is not one.
    package var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        default: nil
        }
    }
}
