import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import ConvertTensors
import Exporters
import PthReader

/// `inspect --json`; the form is documented in docs/inspect-json.md and does not change within a major version.
enum InspectJSON {
    static func text(_ inspection: Inspection, _ rows: InspectRows) -> String {
        let opened = inspection.opened
        var root = JSONObject([
            "format_version": .integer(1), "file": .string(opened.file.name), "bytes": .integer(Int64(opened.byteCount)),
        ])
        root.append("format", .string(opened.format))
        var container = JSONObject()
        for fact in opened.facts { container.append(fact.name, .string(fact.text)) }
        root.append("container", .object(container))
        let safety = opened.safety
        root.append("verdict", .string((safety?.verdict ?? .clean).rawValue))
        root.append("dangers", .array((safety?.dangers ?? []).map { .string($0) }))
        // Shared containers unfold; a file may not make its report much longer than itself.
        var left = min(200_000, opened.byteCount + 1_000)
        if let checkpoint = opened.checkpoint, opened.selection?.path != "" {
            root.append("metadata", value(checkpoint.root, without: opened.selection?.path, path: "", left: &left))
        } else {
            root.append("metadata", .object(opened.weights?.metadata ?? JSONObject()))
        }
        root.append("network", network(inspection))
        root.append("state_dict", stateDict(inspection, rows))
        var groups = JSONObject()
        for group in opened.groups { groups.append(group.name, .integer(Int64(group.byteCount))) }
        root.append("bytes_by_group", .object(groups))
        root.append("bytes_that_slim_saves", inspection.bytesThatSlimSaves.map { .integer(Int64($0)) } ?? .null)
        var sidecars = JSONObject()
        for sidecar in inspection.sidecars { sidecars.append(sidecar.name, .string(sidecar.summary)) }
        root.append("sidecars", .object(sidecars))
        if let check = inspection.check {
            root.append(
                "check",
                .object(
                    JSONObject([
                        "checksums_compared": .integer(Int64(check.comparedChecksums)), "damaged": .array(check.damage.map { .string($0) }),
                        "has_non_finite": .boolean(check.hasNonFinite),
                    ])))
        }
        return JSONValue.object(root).text(pretty: true)
    }

    private static func network(_ inspection: Inspection) -> JSONValue {
        guard let network = inspection.network, let model = network.content.model else {
            return .object(JSONObject(["error": .string(inspection.networkFailure.map(ErrorText.line) ?? "there are no weights")]))
        }
        return .object(
            JSONObject([
                "architecture": .string(model.architecture.name), "hyperparameters": .object(model.architecture.hyperparameters),
                "recognized": network.found.graphFamily.map {
                    .object(JSONObject(["family": .string($0), "by": .string("graph")]))
                } ?? .null,
                "layers": .object(LayerText.json(LayerText.counts(model.graph))),
                "multiply_adds": model.multiplyAdds.map { .integer(Int64($0)) } ?? .null,
                "contract": .object(model.contract.json), "epsilon": epsilon(model),
                "assumed_project": network.found.assumedProject.map { .string($0.name) } ?? .null,
                "remarks": .array(network.found.remarks.map { .string($0) }),
                "graph": .object(model.graph.json),
                "left_out": .array(network.found.droppedKeys.map { .string($0) }),
            ]))
    }

    /// ε of the batch normalizations: one number, a list if they differ, null without any. Its origin is among the contract's.
    private static func epsilon(_ model: Model) -> JSONValue {
        let epsilons = model.epsilons
        return epsilons.count == 1 ? .number(epsilons[0]) : epsilons.isEmpty ? .null : .array(epsilons.map { .number($0) })
    }

    private static func integers(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer(Int64($0)) }) }

    private static func stateDict(_ inspection: Inspection, _ report: InspectRows) -> JSONValue {
        if let failure = inspection.opened.stateDictError { return .object(JSONObject(["error": .string(ErrorText.line(failure))])) }
        var object = JSONObject()
        if let selection = inspection.opened.selection {
            object.append("path", .string(selection.path))
            object.append("reason", .string(selection.reason))
            object.append("candidates", .array(selection.candidates.map { .string($0) }))
        }
        object.append("entries", .integer(Int64(report.totalRows)))
        object.append("bytes", .integer(Int64(inspection.opened.weights?.byteCount ?? 0)))
        object.append("parameters", .integer(Int64(inspection.opened.weights?.parameterCount ?? 0)))
        object.append("tensors", .array(report.rows.map { .object(tensor($0)) }))
        return .object(object)
    }

    private static func tensor(_ row: InspectRows.Row) -> JSONObject {
        var object = JSONObject(["name": .string(row.name), "dtype": .string(row.kind), "shape": integers(row.shape)])
        if let strides = row.strides { object.append("strides", integers(strides)) }
        if row.offset > 0 { object.append("offset", .integer(Int64(row.offset))) }
        object.append("bytes", .integer(Int64(row.byteCount)))
        if let alias = row.alias { object.append("alias_of", .string(alias)) }
        if let note = row.note { object.append("note", .string(note)) }
        if let numbers = row.statistics {
            object.append("nan", .integer(Int64(numbers.nanCount)))
            object.append("infinite", .integer(Int64(numbers.infinityCount)))
            object.append("min", numbers.minimum.map { .number($0) } ?? .null)
            object.append("max", numbers.maximum.map { .number($0) } ?? .null)
            object.append("mean", numbers.mean.map { .number($0) } ?? .null)
        }
        return object
    }

    /// A checkpoint's values as JSON: plain ones as they are, all others as an object with `type`. The state dict itself is elsewhere.
    private static func value(_ value: CheckpointValue, without stateDict: String?, path: String?, left: inout Int) -> JSONValue {
        left -= 1
        guard left > 0 else { return .string("…") }
        if let path, path == stateDict { return .object(JSONObject(["type": .string("state dict")])) }
        func typed(_ name: String, _ more: KeyValuePairs<String, JSONValue> = [:]) -> JSONValue {
            var object = JSONObject(["type": .string(name)])
            for (key, inner) in more { object.append(key, inner) }
            return .object(object)
        }
        func each(_ items: [CheckpointValue], _ left: inout Int) -> [JSONValue] {
            items.map { self.value($0, without: stateDict, path: nil, left: &left) }
        }
        switch value {
        case .none: return .null
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(number)
        case .float(let number): return .number(number)
        case .string(let text): return .string(text)
        case .list(let items): return .array(each(items, &left))
        case .tuple(let items), .set(let items), .frozenSet(let items): return typed(value.kindName, ["items": .array(each(items, &left))])
        case .dictionary(let dictionary):
            var object = JSONObject()
            for entry in dictionary.entries {
                let key = entry.key.pathComponent
                object.append(
                    key, self.value(entry.value, without: stateDict, path: path.map { $0.isEmpty ? key : "\($0).\(key)" }, left: &left))
            }
            return .object(object)
        case .tensor(let tensor):
            return typed(value.kindName, ["dtype": .string(tensor.tensor.dtype.rawValue), "shape": integers(tensor.tensor.shape)])
        case .numpyArray(let array): return typed("numpy array", ["dtype": .string(array.dtype), "shape": integers(array.shape)])
        case .numpyScalar(let scalar):
            return typed(
                "numpy scalar",
                ["dtype": .string(scalar.dtype), "value": self.value(scalar.value, without: stateDict, path: nil, left: &left)])
        case .placeholder(let object):
            return typed(
                "placeholder",
                [
                    "class": .string(object.className), "arguments": .array(each(object.arguments, &left)),
                    "state": .array(each(object.states, &left)),
                    "items": .array(each(object.items, &left)),
                    "entries": self.value(.dictionary(object.entries), without: stateDict, path: nil, left: &left),
                ])
        default: return typed(value.kindName, ["text": .string(ValueText.line(value))])
        }
    }
}
