/// Containers grow in place: each method takes the array out of the node first, so that it is the only reference and nothing is copied.
extension PickleNode {
    /// Appends to a list, or to what is applied to an object; false for any other node.
    mutating func append(_ new: some Sequence<PickleValue>) -> Bool {
        switch self {
        case .list: appendToList(new)
        case .object: appendToObject(new)
        default: false
        }
    }

    /// Adds to a set, or to what is applied to an object; false for any other node.
    mutating func insert(_ new: some Sequence<PickleValue>) -> Bool {
        switch self {
        case .set: insertIntoSet(new)
        case .object: appendToObject(new)
        default: false
        }
    }

    /// Sets entries of a dictionary, or of an object; false for any other node.
    mutating func set(_ new: some Sequence<PickleEntry>) -> Bool {
        switch self {
        case .dictionary: setInDictionary(new)
        case .object: setInObject(new)
        default: false
        }
    }

    /// Changes an object; false for any other node.
    mutating func change(_ body: (inout PickleObject) -> Void) -> Bool {
        guard case .object(var object) = self else { return false }
        self = .outOfBandBuffer
        body(&object)
        self = .object(object)
        return true
    }

    private mutating func appendToObject(_ new: some Sequence<PickleValue>) -> Bool {
        guard case .object(var object) = self else { return false }
        self = .outOfBandBuffer
        object.items.append(contentsOf: new)
        self = .object(object)
        return true
    }

    private mutating func setInObject(_ new: some Sequence<PickleEntry>) -> Bool {
        guard case .object(var object) = self else { return false }
        self = .outOfBandBuffer
        object.entries.append(contentsOf: new)
        self = .object(object)
        return true
    }

    private mutating func appendToList(_ new: some Sequence<PickleValue>) -> Bool {
        guard case .list(var items) = self else { return false }
        self = .outOfBandBuffer
        items.append(contentsOf: new)
        self = .list(items)
        return true
    }

    private mutating func insertIntoSet(_ new: some Sequence<PickleValue>) -> Bool {
        guard case .set(var items) = self else { return false }
        self = .outOfBandBuffer
        items.append(contentsOf: new)
        self = .set(items)
        return true
    }

    private mutating func setInDictionary(_ new: some Sequence<PickleEntry>) -> Bool {
        guard case .dictionary(var entries) = self else { return false }
        self = .outOfBandBuffer
        entries.append(contentsOf: new)
        self = .dictionary(entries)
        return true
    }
}
