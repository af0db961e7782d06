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
    /// Most opcodes; each makes at most one value of 16 bytes.
    public var opcodes: Int

    /// The limits for a pickle of `byteCount` bytes.
    public init(byteCount: Int) {
        nodes = 65_536 + byteCount / 2
        memo = 65_536 + byteCount / 2
        stack = 65_536 + byteCount
        opcodes = Int.max
        depth = 256
    }

    /// The limits for a pickle that was inflated from `compressedSize` bytes: a state dict of real networks deflates to a tenth, a pickle made
    /// to exhaust memory to a thousandth.
    public init(byteCount: Int, inflatedFrom compressedSize: Int) {
        self.init(byteCount: byteCount)
        nodes = min(nodes, 500_000 + compressedSize.multipliedReportingOverflow(by: 4).partialValue)
        memo = min(memo, nodes)
        opcodes = 2_000_000 + compressedSize.multipliedReportingOverflow(by: 16).partialValue
    }
}
