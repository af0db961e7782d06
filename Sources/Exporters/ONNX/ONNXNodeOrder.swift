/// The order in which nodes can be read: each after those whose values it reads. ONNX asks for it, and runtimes sort files that lack it.
enum ONNXNodeOrder {
    /// The nodes, sorted if they are not; sorted nodes stay as they are. Throws if nodes wait for each other.
    static func sorted(_ nodes: [ONNXNode], file: String) throws -> [ONNXNode] {
        var producers: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty && producers[output] == nil { producers[output] = index }
        }
        func needs(_ index: Int) -> [Int] { nodes[index].inputs.compactMap { producers[$0] } }
        guard nodes.indices.contains(where: { index in needs(index).contains { $0 >= index } }) else { return nodes }
        var waiting: [Int] = []
        var readers: [[Int]] = Array(repeating: [], count: nodes.count)
        for index in nodes.indices {
            let needed = Set(needs(index))
            waiting.append(needed.count)
            for producer in needed { readers[producer].append(index) }
        }
        // Depth first from the end of the list, so that what was in order stays in order.
        var ready = Array(nodes.indices.filter { waiting[$0] == 0 }.reversed())
        var order: [ONNXNode] = []
        order.reserveCapacity(nodes.count)
        while let index = ready.popLast() {
            order.append(nodes[index])
            var freed: [Int] = []
            for reader in readers[index] {
                waiting[reader] -= 1
                if waiting[reader] == 0 { freed.append(reader) }
            }
            ready.append(contentsOf: freed.reversed())
        }
        guard order.count == nodes.count else {
            let stuck = nodes.indices.first { waiting[$0] > 0 }.map { nodes[$0] }
            throw ONNXError.unsupportedUse(
                file: file, node: stuck.map { $0.name.isEmpty ? $0.outputs.first ?? "(unnamed)" : $0.name } ?? "(model)",
                operatorName: stuck?.operatorName ?? "graph", detail: "it waits for a value that waits for it")
        }
        return order
    }
}
