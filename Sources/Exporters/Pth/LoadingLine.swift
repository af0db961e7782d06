import ConvertFiles
import PthReader

/// The line of Python that loads the weights of a `.pth` file written here.
package enum LoadingLine {
    /// The line for an export.
    package static func text(_ content: ExportContent, file: String) -> String {
        text(ExportedCheckpoint.root(of: content), place: ExportedCheckpoint.place(of: content), file: file, isStrict: true)
    }

    /// The line for a slim file.
    package static func text(_ slim: SlimFile, file: String) -> String {
        text(slim.root, place: slim.stateDictComponents, file: file, isStrict: slim.nonTensors.isEmpty)
    }

    private static func text(_ root: CheckpointValue, place: [String], file: String, isStrict: Bool) -> String {
        var expression = "torch.load(\(quoted(PathText.baseName(file))))"
        var value = root
        for component in place {
            switch value {
            case .list(let items), .tuple(let items):
                expression += "[\(component)]"
                value = Int(component).flatMap { items.indices.contains($0) ? items[$0] : nil } ?? .none
            case .dictionary(let dictionary):
                let entry = dictionary.entries.first { $0.key.pathComponent == component }
                let isText = if case .string? = entry?.key { true } else { false }
                expression += isText ? "[\(quoted(component))]" : "[\(component)]"
                value = entry?.value ?? .none
            default: value = .none
            }
        }
        return "load: network.load_state_dict(\(expression)\(isStrict ? "" : ", strict=False"))"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }
}
