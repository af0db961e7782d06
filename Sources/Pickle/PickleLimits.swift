/// How much a pickle may build. The limits grow with the bytes given, so that a small file cannot claim a large machine.
public struct PickleLimits: Sendable {
    /// Most nodes: Python's own pickler spends three bytes and more on each.
    public var nodes: Int
    /// Most memo entries.
    public var memo: Int
    /// Deepest nesting of the values; readers recurse over them.
    public var depth: Int
    /// Most values on the stack at once.
    public var stack: Int

    /// The limits for a pickle of `byteCount` bytes.
    public init(byteCount: Int) {
        nodes = 65_536 + byteCount / 2
        memo = 65_536 + byteCount / 2
        stack = 65_536 + byteCount
        depth = 256
    }
}
