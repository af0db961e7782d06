/// Limits on what a pickle may build. They grow with the size of the pickle, so that a small file cannot demand a large machine.
package struct PickleLimits: Sendable {
    /// Maximum number of nodes; Python's own pickler spends at least three bytes on each.
    package var nodes: Int
    /// Maximum number of memo entries.
    package var memo: Int
    /// Maximum nesting of the values; readers recurse over them.
    package var depth: Int
    /// Maximum number of values on the stack.
    package var stack: Int
    /// Maximum number of opcodes; each creates at most one value of 16 bytes.
    package var opcodes: Int

    /// The limits for a pickle of `byteCount` bytes.
    package init(byteCount: Int) {
        nodes = 65_536 + byteCount / 2
        memo = 65_536 + byteCount / 2
        stack = 65_536 + byteCount
        opcodes = Int.max
        depth = 256
    }

    /// The limits for a pickle that was inflated from `compressedSize` bytes: state dicts of real networks deflate to about a tenth, a
    /// pickle made to exhaust memory to a thousandth.
    package init(byteCount: Int, inflatedFrom compressedSize: Int) {
        self.init(byteCount: byteCount)
        nodes = min(nodes, 500_000 + compressedSize.multipliedReportingOverflow(by: 4).partialValue)
        memo = min(memo, nodes)
        opcodes = 2_000_000 + compressedSize.multipliedReportingOverflow(by: 16).partialValue
    }
}
