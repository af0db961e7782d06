/// The members of a JSON object in order, each key once. Keys are compared byte by byte: `é` as one scalar differs from `é` as two.
package struct JSONObject: Sendable {
    /// One key and its value.
    package struct Member: Sendable, Equatable {
        /// The key, with escapes resolved.
        package let key: String
        /// The value stored under the key.
        package let value: JSONValue

        /// Equal keys, byte for byte, and equal values.
        package static func == (one: Member, other: Member) -> Bool {
            JSONObject.Key(one.key) == Key(other.key) && one.value == other.value
        }
    }

    /// Objects with at most this many members are searched linearly; most objects are small, and an index would cost more than it saves.
    private static let indexThreshold = 8

    /// The members in the order in which they were added.
    package private(set) var members: [Member] = []
    /// The index of each member in `members`, once there are more than `indexThreshold`.
    private var indices: [Key: Int] = [:]

    /// An object without members.
    package init() {}

    /// An object with these members; if a key is repeated, the first one wins.
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        for (key, value) in members { append(key, value) }
    }

    /// The value under `key`, or nil if there is none.
    package subscript(key: String) -> JSONValue? { index(of: Key(key)).map { members[$0].value } }

    /// Adds a member at the end. Returns false, and does nothing, if the key already exists.
    @discardableResult
    package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        let name = Key(key)
        guard index(of: name) == nil else { return false }
        members.append(Member(key: key, value: value))
        if members.count > JSONObject.indexThreshold {
            if indices.isEmpty {
                for (index, member) in members.enumerated() { indices[Key(member.key)] = index }
            } else {
                indices[name] = members.count - 1
            }
        }
        return true
    }

    private func index(of key: Key) -> Int? {
        if members.count > JSONObject.indexThreshold { return indices[key] }
        return members.firstIndex { Key($0.key) == key }
    }

    /// A string that is compared by its bytes rather than by Unicode equivalence.
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
    package static func == (one: JSONObject, other: JSONObject) -> Bool { one.members == other.members }
}
