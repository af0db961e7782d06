import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// Writes weights as safetensors: the header in the state dict's order, the data by decreasing element size (the reference writer's order,
/// which aligns every tensor to its elements) and then in the header's order. A name that is the same view as another is left out and
/// noted.
package enum SafetensorsWriter {
    /// Writes everything; the caller flushes, checks and commits. Throws `SafetensorsError.cannotHold` if the format lacks a dtype.
    package static func write(_ weights: Weights, document: ModelDocument? = nil, to output: OutputFile) throws {
        let aliases = weights.aliases
        let left = Set(aliases.map(\.name))
        let kept = weights.entries.filter { !left.contains($0.name) }
        for entry in kept where entry.name == SafetensorsFormat.metadataKey {
            throw SafetensorsError.cannotHold(name: entry.name, what: "a tensor of this name")
        }
        let order = kept.indices.sorted { first, second in
            let (left, right) = (kept[first].tensor.dtype.byteCount, kept[second].tensor.dtype.byteCount)
            return left == right ? first < second : left > right
        }
        var starts = [Int](repeating: 0, count: kept.count)
        var at = 0
        for index in order {
            starts[index] = at
            at += kept[index].tensor.byteCount
        }
        let header = try header(kept, starts: starts, aliases: aliases, weights: weights, document: document)
        guard header.count <= SafetensorsFormat.headerLimit else {
            throw SafetensorsError.cannotHold(name: output.target, what: "a header of \(header.count) bytes")
        }
        try output.write(UInt64(header.count).littleEndianBytes)
        try output.write(header)
        for index in order {
            try kept[index].tensor.storage.verifyLent()
            try kept[index].tensor.forEachCOrderWindow { try output.write($0) }
        }
    }

    private static func header(
        _ kept: [Weights.Entry], starts: [Int], aliases: [(name: String, of: String)], weights: Weights,
        document: ModelDocument?
    ) throws -> [UInt8] {
        var metadata = JSONObject(["format": .string("pt")])
        for member in weights.metadata.members { metadata.append(member.key, .string(SafetensorsText.text(member.value))) }
        if !weights.provenance.stateDictPath.isEmpty {
            metadata.append(SafetensorsFormat.stateDictKey, .string(weights.provenance.stateDictPath))
        }
        if let document { metadata.append(SafetensorsFormat.documentKey, .string(document.text)) }
        if !aliases.isEmpty {
            var names = JSONObject()
            for alias in aliases { names.append(alias.name, .string(alias.of)) }
            metadata.append(SafetensorsFormat.aliasKey, .string(JSONValue.object(names).text()))
        }
        var header = JSONObject()
        header.append(SafetensorsFormat.metadataKey, .object(metadata))
        for (entry, start) in zip(kept, starts) {
            guard let dtype = SafetensorsDType.name(entry.tensor.dtype) else {
                throw SafetensorsError.cannotHold(name: entry.name, what: entry.tensor.dtype.rawValue)
            }
            var shape = entry.tensor.shape
            if let packing = SafetensorsDType.packing(entry.tensor.dtype) {
                guard let last = shape.last, last % packing.bytes == 0 else {
                    throw SafetensorsError.cannotHold(name: entry.name, what: "\(entry.tensor.dtype.rawValue) of shape \(shape)")
                }
                shape[shape.count - 1] = last / packing.bytes * packing.elements
            }
            header.append(
                entry.name,
                .object(
                    JSONObject([
                        "dtype": .string(dtype), "shape": .array(shape.map { .integer(Int64($0)) }),
                        "data_offsets": .array([.integer(Int64(start)), .integer(Int64(start + entry.tensor.byteCount))]),
                    ])))
        }
        var bytes = Array(JSONValue.object(header).text().utf8)
        // Spaces align the data to 64 bytes in the file; the format allows them at the end of the header.
        bytes.append(contentsOf: repeatElement(0x20, count: (64 - (bytes.count + 8) % 64) % 64))
        return bytes
    }
}
