import ConvertIR
import PthReader

/// What every command reports about the state dict that it took.
enum StateDictText {
    /// Which one and why, what else could be meant, and what was dequantized.
    static func lines(_ selection: StateDictSelection) -> [String] {
        var lines = ["state dict: \(place(selection)), \(selection.reason)"]
        let others = selection.others
        if let first = others.first {
            lines.append(
                others.count == 1
                    ? "also there: \(first); --state-dict \(first) takes it instead"
                    : "also there: \(others.prefix(6).joined(separator: ", "))\(others.count > 6 ? ", and \(others.count - 6) more" : "");"
                        + " choose with --state-dict PATH")
        }
        let dequantized = selection.dequantizedNames
        if !dequantized.isEmpty { lines.append("dequantized: \(list(dequantized)), from integers, scale and zero point to float32") }
        if !selection.surplusNames.isEmpty {
            lines.append("left out with them: \(list(selection.surplusNames)), which only a quantized layer has a use for")
        }
        return lines
    }

    static func place(_ selection: StateDictSelection) -> String { selection.path.isEmpty ? "the root" : selection.path }

    /// Entries that are not tensors and went, but for those that are kept as metadata; empty if there are none.
    static func nonTensors(_ entries: [(name: String, kind: String)], metadata: Metadata) -> [String] {
        let kept = entries.filter { metadata[$0.name] != nil }
        let gone = entries.filter { metadata[$0.name] == nil }
        return [("not tensors, kept as metadata", kept), ("left out, because they are not tensors", gone)].filter { !$0.1.isEmpty }
            .map { "\($0.0): \(list($0.1.map { "\($0.name) (\($0.kind))" }))" }
    }

    static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", and \(names.count - 12) more" : "")
    }
}
