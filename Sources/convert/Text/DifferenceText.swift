import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import Verifier

/// How two checkpoints differ, for people and as JSON.
enum DifferenceText {
    /// Tensors that are listed by default.
    static let shortList = 20

    /// - Parameter limit: how many tensors are listed.
    static func lines(_ difference: CheckpointDifference, limit: Int) -> [String] {
        let (one, other) = (difference.first, difference.second)
        let weights = difference.weights
        let names = (network(difference.networks.first), network(difference.networks.second))
        var lines = [
            "\(one.file.path) (\(NumberText.bytes(one.byteCount)))",
            "\(other.file.path) (\(NumberText.bytes(other.byteCount)))",
        ]
        lines.append("network: \(names.0 == names.1 ? "\(names.0) in both" : "\(names.0) -> \(names.1)")")
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
            let all = weights.relative.map { ", by \(share($0)) of the length of all tensors as one vector" } ?? ""
            lines.append("moved\(all); the largest relative change first")
            let rows = [["tensor", "shape", "changed numbers", "largest change", "relative change"]] + weights.moved.prefix(limit).map(row)
            lines += TextTable.lines(rows, rightAligned: [2, 3, 4]).map { "  " + $0 }
            if weights.moved.count > limit { lines.append("  and \(weights.moved.count - limit) more (--tensors lists them all)") }
        }
        lines += weights.changed.prefix(limit).map {
            "changed: \($0.name): \($0.first == $0.second ? "\($0.first), whose numbers have no distance here" : "\($0.first) -> \($0.second)")"
        }
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
        if !difference.notCompared.isEmpty { lines.append("not compared: \(StateDictText.list(difference.notCompared))") }
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
                    "numbers": .integer(Int64(tensor.count)), "largest": .number(tensor.largest), "relative": number(tensor.relative),
                ]))
        }
        return JSONObject([
            "format_version": .integer(1), "first": .string(difference.first.file.name), "second": .string(difference.second.file.name),
            "networks": .array([.string(network(difference.networks.first)), .string(network(difference.networks.second))]),
            "same_tensors": .boolean(difference.hasSameTensors), "same": .integer(Int64(weights.same.count)),
            "relative": number(weights.relative), "moved": .array(moved), "changed": kinds(weights.changed),
            "retyped": kinds(weights.retyped), "only_in_first": .array(weights.onlyFirst.map { .string($0) }),
            "only_in_second": .array(weights.onlySecond.map { .string($0) }),
            "stripped_prefix": weights.strippedPrefix.map { .string($0) } ?? .null,
            "not_compared": .array(difference.notCompared.map { .string($0) }),
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
            NumberText.short(tensor.largest), tensor.relative.map(share) ?? "not finite",
        ]
    }

    private static func network(_ model: Model?) -> String { model?.architecture.name ?? "unknown" }

    /// A relative length in percent; `from zero` if there was none before.
    private static func share(_ relative: Double) -> String {
        relative == .infinity ? "from zero" : "\(NumberText.short(relative * 100)) %"
    }

    /// How images enter, if both say it and differently.
    private static func contracts(_ difference: CheckpointDifference) -> (String, String)? {
        guard let one = difference.networks.first?.contract.summary, let other = difference.networks.second?.contract.summary,
            one != other
        else { return nil }
        return (one, other)
    }

    /// Null if it cannot be said, or nothing was there before.
    private static func number(_ value: Double?) -> JSONValue { value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }

    private static func text(_ value: JSONValue?) -> String {
        value.map { value in
            if let number = value.double, !number.isFinite { return "\(number)" }
            return value.string ?? value.text(pretty: false)
        } ?? "(not there)"
    }
}
