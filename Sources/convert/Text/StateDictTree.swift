import ConvertFiles

/// The names of a state dict as a tree of modules: how many tensors and numbers each prefix has.
struct StateDictTree {
    /// One prefix.
    struct Branch {
        /// The last component, or several that stand alone, joined by dots.
        let name: String
        /// Levels above it.
        let depth: Int
        /// Tensors below it.
        var tensors = 0
        /// Their numbers.
        var numbers = 0
        /// Their bytes.
        var bytes = 0
    }

    /// In the order in which the state dict names them.
    let branches: [Branch]

    /// - Parameters:
    ///   - rows: what is summed up; only tensors are.
    ///   - depth: how many levels are told apart.
    init(_ rows: [InspectRows.Row], depth: Int) {
        var order: [[ExactText]] = []
        var sums: [[ExactText]: Branch] = [:]
        for row in rows where row.isTensor {
            let components = row.name.split(separator: ".", omittingEmptySubsequences: false).map { ExactText(String($0)) }
            let numbers = row.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            // The last component names the tensor, unless it is the only one.
            let modules = components.count > 1 ? components.dropLast() : components[...]
            for level in 1...max(1, min(depth, modules.count)) {
                let prefix = Array(modules.prefix(level))
                if sums[prefix] == nil {
                    order.append(prefix)
                    sums[prefix] = Branch(name: prefix.last?.text ?? "", depth: level - 1)
                }
                sums[prefix]?.tensors += 1
                sums[prefix]?.numbers &+= numbers
                sums[prefix]?.bytes &+= row.alias == nil ? row.byteCount : 0
            }
        }
        branches = StateDictTree.sorted(order).compactMap { sums[$0] }
    }

    /// Each prefix after the one that it begins with, in order of first occurrence otherwise.
    private static func sorted(_ prefixes: [[ExactText]]) -> [[ExactText]] {
        var place: [[ExactText]: Int] = [:]
        for (index, prefix) in prefixes.enumerated() { place[prefix] = index }
        func path(_ prefix: [ExactText]) -> [Int] { (1...prefix.count).map { place[Array(prefix.prefix($0))] ?? 0 } }
        return prefixes.map { ($0, path($0)) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
    }

    /// A table, with a level's indentation of two blanks.
    var lines: [String] {
        let rows = branches.map { branch in
            [
                String(repeating: "  ", count: branch.depth) + branch.name, "\(branch.tensors) tensor\(branch.tensors == 1 ? "" : "s")",
                NumberText.grouped(branch.numbers), NumberText.bytes(branch.bytes),
            ]
        }
        return TextTable.lines(rows, rightAligned: [1, 2, 3])
    }
}
