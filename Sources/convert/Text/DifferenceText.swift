import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import Verifier

/// How two checkpoints differ, for people and as JSON.
enum DifferenceText {
    /// Tensors that are listed without being asked.
    static let shortList = 20

    /// - Parameter limit: how many tensors are listed.
    static func lines(_ difference: CheckpointDifference, limit: Int) -> [String] {
        let (one, other) = (difference.first, difference.second)
        let weights = difference.weights
        var lines = [
            "\(one.opened.file.path) (\(NumberText.bytes(one.opened.byteCount)))",
            "\(other.opened.file.path) (\(NumberText.bytes(other.opened.byteCount)))",
        ]
        lines.append("network: \(network(one) == network(other) ? "\(network(one)) in both" : "\(network(one)) -> \(network(other))")")
        if let (before, after) = contracts(difference) { lines.append("input: \(before) -> \(after)") }
        let shared = weights.same.count + weights.moved.count + weights.changed.count
        var counts = ["\(shared) in both", "\(weights.same.count) the same", "\(weights.moved.count) moved"]
        if !weights.changed.isEmpty { counts.append("\(weights.changed.count) of another kind") }
        for (names, model) in [(weights.onlyFirst, "the first"), (weights.onlySecond, "the second")] where !names.isEmpty {
            counts.append("\(names.count) only in \(model)")
        }
        lines.append("tensors: \(counts.joined(separator: ", "))")
        if let prefix = weights.strippedPrefix { lines.append("note: one file's names begin with \(prefix), which was taken off") }
        if !weights.moved.isEmpty {
            lines.append(
                "moved: by \(NumberText.short(weights.relative)) of the first file's length, all tensors as one vector; the farthest first")
            let rows = [["tensor", "shape", "numbers", "largest", "of its length"]] + weights.moved.prefix(limit).map(row)
            lines += TextTable.lines(rows, rightAligned: [2, 3, 4]).map { "  " + $0 }
            if weights.moved.count > limit { lines.append("  and \(weights.moved.count - limit) more (--tensors lists them all)") }
        }
        lines += weights.changed.prefix(limit).map { "changed: \($0.name): \($0.first) -> \($0.second)" }
        if weights.changed.count > limit { lines.append("changed: \(weights.changed.count - limit) more (--tensors lists them all)") }
        lines += retyped(weights.retyped)
        for (names, which) in [(weights.onlyFirst, "first"), (weights.onlySecond, "second")] where !names.isEmpty {
            lines.append("only in the \(which): \(limit == .max ? names.joined(separator: ", ") : StateDictText.list(names))")
        }
        if !difference.statements.isEmpty {
            lines.append("metadata")
            let rows = difference.statements.map { [$0.name, text($0.first), "->", text($0.second)] }
            lines += TextTable.lines(rows).map { "  " + $0 }
        }
        if difference.hasSameTensors { lines.append("all tensors hold the same numbers under the same names") }
        return lines
    }

    /// The same as JSON; docs/json.md lists the members.
    static func document(_ difference: CheckpointDifference) -> JSONObject {
        let weights = difference.weights
        func kinds(_ entries: [WeightsDifference.Changed]) -> JSONValue {
            .array(
                entries.map { .object(JSONObject(["name": .string($0.name), "first": .string($0.first), "second": .string($0.second)])) })
        }
        let moved = weights.moved.map { tensor in
            JSONValue.object(
                JSONObject([
                    "name": .string(tensor.name), "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
                    "numbers": .integer(Int64(tensor.count)), "largest": .number(tensor.largest), "relative": .number(tensor.relative),
                ]))
        }
        return JSONObject([
            "format_version": .integer(1), "first": .string(difference.first.name), "second": .string(difference.second.name),
            "networks": .array([.string(network(difference.first)), .string(network(difference.second))]),
            "same_tensors": .boolean(difference.hasSameTensors), "same": .integer(Int64(weights.same.count)),
            "relative": .number(weights.relative), "moved": .array(moved), "changed": kinds(weights.changed),
            "retyped": kinds(weights.retyped), "only_in_first": .array(weights.onlyFirst.map { .string($0) }),
            "only_in_second": .array(weights.onlySecond.map { .string($0) }),
            "stripped_prefix": weights.strippedPrefix.map { .string($0) } ?? .null,
            "metadata": .array(
                difference.statements.map {
                    .object(JSONObject(["name": .string($0.name), "first": $0.first ?? .null, "second": $0.second ?? .null]))
                }),
        ])
    }

    /// One line for each two dtypes: a rounded file has all its tensors there.
    private static func retyped(_ entries: [WeightsDifference.Changed]) -> [String] {
        var order: [String] = []
        var names: [String: [String]] = [:]
        for entry in entries {
            let kinds = "\(entry.first.prefix { $0 != " " }) -> \(entry.second.prefix { $0 != " " })"
            if names[kinds] == nil { order.append(kinds) }
            names[kinds, default: []].append(entry.name)
        }
        return order.map { kinds in
            let tensors = names[kinds] ?? []
            return
                "dtype: \(kinds) in \(tensors.count) tensor\(tensors.count == 1 ? "" : "s") (\(tensors.prefix(2).joined(separator: ", "))\(tensors.count > 2 ? ", …" : ""))"
        }
    }

    private static func row(_ tensor: WeightsDifference.Moved) -> [String] {
        let count = tensor.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        return [
            tensor.name, "[\(tensor.shape.map(String.init).joined(separator: ", "))]",
            tensor.count == count ? NumberText.grouped(count) : "\(NumberText.grouped(tensor.count)) of \(NumberText.grouped(count))",
            NumberText.short(tensor.largest), tensor.relative.isFinite ? NumberText.short(tensor.relative) : "not finite",
        ]
    }

    private static func network(_ model: LoadedModel) -> String { model.content.model?.architecture.name ?? "unknown" }

    /// How images enter, if both say it and differently.
    private static func contracts(_ difference: CheckpointDifference) -> (String, String)? {
        guard let one = difference.first.content.model?.contract.summary, let other = difference.second.content.model?.contract.summary,
            one != other
        else { return nil }
        return (one, other)
    }

    private static func text(_ value: JSONValue?) -> String { value.map { $0.string ?? $0.text(pretty: false) } ?? "(not there)" }
}
