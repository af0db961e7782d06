import Files

extension Graph {
    /// The graph for people, a line a node: value, type, operation, what it reads, weights, attributes.
    public func text(types: [String: ValueType]) -> String {
        var lines: [String] = []
        for input in inputs { lines.append("input \(input.name): \(input.type)") }
        for node in nodes {
            var parts = ["\(node.operation.name)(\(node.inputs.joined(separator: ", ")))"]
            parts += node.operation.weights.map { "\($0.role)=\($0.key)" }
            parts += node.operation.attributeTexts
            let type = types[node.output].map { ": \($0)" } ?? ""
            lines.append("\(node.output)\(type) = " + parts.joined(separator: " "))
        }
        for output in outputs { lines.append("output \(output)" + (types[output].map { ": \($0)" } ?? "")) }
        return lines.map(PrintedText.oneLine).joined(separator: "\n")
    }

    /// The graph in the DOT language of Graphviz.
    public func dot(types: [String: ValueType]) -> String {
        func quoted(_ text: String) -> String {
            "\""
                + PrintedText.oneLine(text).split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
                .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
        }
        var lines = ["digraph model {", "  node [shape=box, fontname=\"sans-serif\"];"]
        for input in inputs { lines.append("  \(quoted(input.name)) [shape=ellipse];") }
        for node in nodes {
            let attributes = node.operation.attributeTexts.joined(separator: " ")
            // A line break in a label is written as \n, which must not be escaped again.
            let label = [node.operation.name, node.name, attributes].filter { !$0.isEmpty }.map {
                String(quoted($0).dropFirst().dropLast())
            }
            lines.append("  \(quoted(node.output)) [label=\"\(label.joined(separator: "\\n"))\"];")
            for input in node.inputs {
                let type = types[input].map { " [label=\(quoted("\($0)"))]" } ?? ""
                lines.append("  \(quoted(input)) -> \(quoted(node.output))\(type);")
            }
        }
        for output in outputs {
            lines.append("  \(quoted("output " + output)) [shape=ellipse];")
            lines.append("  \(quoted(output)) -> \(quoted("output " + output));")
        }
        return (lines + ["}"]).joined(separator: "\n")
    }
}

extension Operation {
    /// Attributes as `name=value`, those at their usual value left out.
    public var attributeTexts: [String] {
        switch self {
        case .convolution(let layer):
            [
                "stride=\(layer.stride.height)x\(layer.stride.width)", Operation.text(layer.padding),
                layer.dilation == Size2D(1) ? "" : "dilation=\(layer.dilation.height)x\(layer.dilation.width)",
                layer.groups == 1 ? "" : "groups=\(layer.groups)",
            ].filter { !$0.isEmpty }
        case .batchNormalization(let layer): ["epsilon=\(layer.epsilon)"]
        case .maxPool(let pooling), .averagePool(let pooling):
            [
                "kernel=\(pooling.kernel.height)x\(pooling.kernel.width)", "stride=\(pooling.stride.height)x\(pooling.stride.width)",
                Operation.text(pooling.padding), pooling.ceilMode ? "ceil" : "",
            ].filter { !$0.isEmpty }
        case .multiply(let constant), .divide(let constant), .subtract(let constant):
            ["constant=\(constant.values.map { "\($0)" }.joined(separator: ","))"]
        case .selectChannels(let channels): ["channels=\(channels.map(String.init).joined(separator: ","))"]
        case .concatenate(let axis), .softmax(let axis): ["axis=\(axis)"]
        case .permute(let axes): ["axes=\(axes.map(String.init).joined(separator: ","))"]
        case .l2Normalize(let axis, let epsilon): ["axis=\(axis)", "epsilon=\(epsilon)"]
        default: []
        }
    }

    private static func text(_ padding: Padding2D) -> String {
        padding.isZero ? "" : "padding=\(padding.top),\(padding.left),\(padding.bottom),\(padding.right)"
    }
}
