import ConvertFiles

extension Graph {
    /// The graph for people, one line per node: value, type, operation, what it reads, weights, attributes. `Graph(text:file:)` reads it back;
    /// docs/graph-text.md describes it.
    /// - Parameter types: types of values, which are printed after them for the reader.
    package func text(types: [String: ValueType] = [:]) -> String {
        var lines: [String] = []
        for input in inputs { lines.append("input \(GraphText.name(input.name)): \(GraphText.type(input.type))") }
        for node in nodes {
            var parts = ["\(node.operation.name)(\(node.inputs.map(GraphText.name).joined(separator: ", ")))"]
            parts += node.operation.weights.map { "\($0.role)=\(GraphText.name($0.key))" }
            parts += node.operation.attributeTexts
            if node.name != node.output { parts.append("\(GraphText.nodeName)=\(GraphText.name(node.name))") }
            let type = types[node.output].map { ": \(GraphText.type($0))" } ?? ""
            lines.append("\(GraphText.name(node.output))\(type) = " + parts.joined(separator: " "))
        }
        for output in outputs { lines.append("output \(GraphText.name(output))" + (types[output].map { ": \(GraphText.type($0))" } ?? "")) }
        return lines.joined(separator: "\n")
    }

    /// The graph in the DOT language of Graphviz.
    package func dot(types: [String: ValueType]) -> String {
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
    package var attributeTexts: [String] {
        attributes.filter { !$0.isUsual }.map { attribute in
            let name = attribute.description.textName
            return attribute.value == .flag(true) ? name : "\(name)=\(attribute.value.text)"
        }
    }
}

/// How names and types are written in the text form.
enum GraphText {
    /// The word before the name of a node, which is written only if it differs from the name of the node's output.
    static let nodeName = "name"
    /// Stands for a size that follows from a symbol.
    static let derivedSize = "?"
    /// Whether a byte ends a name or has a meaning of its own, and so must be quoted inside one.
    static func isReserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "="),
            UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"),
            UInt8(ascii: "\n"):
            true
        default: false
        }
    }

    /// Whether a word in a shape is a size, or wants to be one.
    static func isSize(_ word: String) -> Bool {
        guard let first = word.utf8.first else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= first || first == UInt8(ascii: "-")
    }

    /// The name as it is, or in quotation marks if something in it would be read as anything else.
    static func name(_ name: String) -> String {
        let isPlain =
            !name.isEmpty && name.utf8.first != UInt8(ascii: ":") && name.utf8.last != UInt8(ascii: ":")
            && !name.utf8.contains(where: isReserved)
            && !name.unicodeScalars.contains(where: \.properties.isWhitespace)
        let printed = PrintedText.oneLine(name)
        if isPlain, printed.utf8.count == name.utf8.count { return name }
        var quoted = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if scalar == "\\" || scalar == "\"" { quoted.append("\\") }
            quoted.append(scalar)
        }
        return "\"\(PrintedText.oneLine(String(quoted)))\""
    }

    /// Elements and sizes, as `ValueType` prints them, with names quoted if they need it.
    static func type(_ type: ValueType) -> String {
        let sizes = type.shape.map { dimension in
            switch dimension {
            case .fixed(let size): "\(size)"
            case .symbol(let name): symbol(name)
            case .derived: derivedSize
            }
        }
        return "\(type.elements == .float32 ? "" : type.elements.rawValue + " ")[\(sizes.joined(separator: ", "))]"
    }

    /// A symbol that reads like a size needs quotation marks.
    private static func symbol(_ symbol: String) -> String {
        symbol == derivedSize || isSize(symbol) && name(symbol) == symbol ? "\"\(symbol)\"" : name(symbol)
    }
}
