/// The members of a JSON object in order, each key once. Keys are the same where their bytes are: `é` in one scalar is not `é` in two.
public struct JSONObject: Sendable {
    /// One key and its value.
    public struct Member: Sendable, Equatable {
        /// The key.
        public let key: String
        /// The value.
        public let value: JSONValue

        /// Equal keys, byte for byte, and equal values.
        public static func == (one: Member, other: Member) -> Bool { JSONObject.Key(one.key) == Key(other.key) && one.value == other.value }
    }

    /// Up to so many members are searched one by one; most objects are small, and an index costs more than it saves.
    private static let indexThreshold = 8

    /// The members in order.
    public private(set) var members: [Member] = []
    /// The place of each member, once there are many.
    private var places: [Key: Int] = [:]

    /// An object without members.
    public init() {}

    /// An object of these members; of a key given twice the first is kept.
    public init(_ members: KeyValuePairs<String, JSONValue>) {
        for (key, value) in members { append(key, value) }
    }

    /// The value under `key`.
    public subscript(key: String) -> JSONValue? { place(of: Key(key)).map { members[$0].value } }

    /// Adds a member at the end; false, and nothing done, where the key is there already.
    @discardableResult
    public mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        let name = Key(key)
        guard place(of: name) == nil else { return false }
        members.append(Member(key: key, value: value))
        if members.count > JSONObject.indexThreshold {
            if places.isEmpty {
                for (place, member) in members.enumerated() { places[Key(member.key)] = place }
            } else {
                places[name] = members.count - 1
            }
        }
        return true
    }

    private func place(of key: Key) -> Int? {
        if members.count > JSONObject.indexThreshold { return places[key] }
        return members.firstIndex { Key($0.key) == key }
    }

    /// A text that is compared by its bytes, not by what Unicode holds equivalent.
    private struct Key: Hashable {
        private let text: String

        init(_ text: String) { self.text = text }

        static func == (one: Key, other: Key) -> Bool {
            one.text.utf8.count == other.text.utf8.count && one.text.utf8.elementsEqual(other.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            if isHashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
        }
    }
}

extension JSONObject: Equatable {
    /// Equal members in the same order.
    public static func == (one: JSONObject, other: JSONObject) -> Bool { one.members == other.members }
}
