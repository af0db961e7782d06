/// A JSON value. Members keep their order; integers are exact.
public enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The text, where this is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The integer, where this is one.
    public var integer: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }
    /// The items, where this is an array.
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    /// The members, where this is an object.
    public var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
    /// The number, whole or not.
    public var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }
}

/// The members of a JSON object in order, each key once.
public struct JSONObject: Sendable, Equatable {
    /// One key and its value.
    public struct Member: Sendable, Equatable {
        /// The key.
        public let key: String
        /// The value.
        public let value: JSONValue
    }

    /// The members in order.
    public private(set) var members: [Member] = []
    private var places: [String: Int] = [:]

    /// An object without members.
    public init() {}

    /// An object of these members; of a key given twice the first is kept.
    public init(_ members: KeyValuePairs<String, JSONValue>) {
        for (key, value) in members { append(key, value) }
    }

    /// The value under `key`.
    public subscript(key: String) -> JSONValue? { places[key].map { members[$0].value } }

    /// Adds a member at the end; false, and nothing done, where the key is there already.
    @discardableResult
    public mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        guard places[key] == nil else { return false }
        places[key] = members.count
        members.append(Member(key: key, value: value))
        return true
    }
}
