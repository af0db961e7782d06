import ConvertFiles
import ConvertIR
import ConvertTensors

/// Writes the flat format: first the data, tensor by tensor, then the header in front of it, because checksums are known only after the
/// data has been written. Only the header is held in memory.
struct FlatWriter {
    private struct Stretch {
        var start: Int
        var length: Int
        var checksum: UInt32
    }

    /// Writes everything; the caller flushes, checks and commits. Throws `FlatError.cannotHold` if the format cannot represent a tensor.
    static func write(_ content: ExportContent, to output: OutputFile) throws {
        let weights = content.weights
        try check(weights.entries)
        let document = Array(content.document.text.utf8)
        let names = weights.entries.map { Array($0.name.utf8) }
        let namesLength = names.reduce(0) { $0 + $1.count }
        guard let header = FlatHeader(documentLength: document.count, tensorCount: names.count, namesLength: namesLength) else {
            throw FlatError.cannotHold(
                name: output.target,
                what:
                    "a header with a document of \(document.count) bytes and \(names.count) names of \(namesLength) bytes, at most \(FlatHeader.limit)"
            )
        }
        let (stretches, end) = try writeData(weights, from: header.dataOffset, to: output)
        var bytes = header.bytes(fileLength: end)
        bytes.reserveCapacity(header.dataOffset)
        bytes.append(contentsOf: document)
        bytes.append(contentsOf: repeatElement(0, count: header.tableOffset - bytes.count))
        var nameStart = 0
        for (entry, (name, stretch)) in zip(weights.entries, zip(names, stretches)) {
            try append(entry, nameStart: nameStart, nameLength: name.count, stretch: stretch, to: &bytes)
            nameStart += name.count
        }
        for name in names { bytes.append(contentsOf: name) }
        bytes.append(contentsOf: repeatElement(0, count: header.dataOffset - bytes.count))
        let checksum = bytes.withUnsafeBytes { FlatHeader.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { raw in
            bytes.replaceSubrange(FlatHeader.checksumOffset..<FlatHeader.checksumOffset + 4, with: raw)
        }
        output.seek(to: 0)
        try output.write(bytes)
    }

    /// Finds what the format cannot hold before the first byte is written.
    private static func check(_ entries: [Weights.Entry]) throws(FlatError) {
        var names: Set<ExactText> = []
        for entry in entries {
            guard names.insert(ExactText(entry.name)).inserted else {
                throw .cannotHold(name: entry.name, what: "two tensors of one name")
            }
            guard FlatDType.code(entry.tensor.dtype) != nil else {
                throw .cannotHold(name: entry.name, what: entry.tensor.dtype.rawValue)
            }
            guard entry.tensor.shape.count <= FlatHeader.greatestRank else {
                throw .cannotHold(
                    name: entry.name, what: "\(entry.tensor.shape.count) dimensions, at most \(FlatHeader.greatestRank)")
            }
        }
    }

    /// Writes each tensor once, in C order. Returns each entry's byte range, and where the last one ends.
    private static func writeData(_ weights: Weights, from dataOffset: Int, to output: OutputFile) throws -> ([Stretch], end: Int) {
        let aliases = Dictionary(weights.aliases.map { (ExactText($0.name), ExactText($0.of)) }, uniquingKeysWith: { first, _ in first })
        var written: [ExactText: Stretch] = [:]
        var stretches: [Stretch] = []
        var end = dataOffset
        // The header's bytes are skipped for now, and read as zeros until they are written.
        output.seek(to: dataOffset)
        for entry in weights.entries {
            let name = ExactText(entry.name)
            if let original = aliases[name], let stretch = written[original] {
                stretches.append(stretch)
                continue
            }
            var stretch = Stretch(start: dataOffset, length: entry.tensor.byteCount, checksum: 0)
            if stretch.length > 0 {
                stretch.start = FlatHeader.aligned(end)
                try output.write([UInt8](repeating: 0, count: stretch.start - end))
                try entry.tensor.storage.verifyLent()
                try entry.tensor.forEachCOrderWindow { window in
                    stretch.checksum = CRC32.update(stretch.checksum, with: window)
                    try output.write(window)
                }
                end = stretch.start + stretch.length
            }
            written[name] = stretch
            stretches.append(stretch)
        }
        return (stretches, end)
    }

    private static func append(
        _ entry: Weights.Entry, nameStart: Int, nameLength: Int, stretch: Stretch, to bytes: inout [UInt8]
    ) throws(FlatError) {
        let tensor = entry.tensor
        guard let code = FlatDType.code(tensor.dtype) else { throw .cannotHold(name: entry.name, what: tensor.dtype.rawValue) }
        // The header's limit keeps both below 32 bits.
        bytes.appendLittleEndian(UInt32(clamping: nameStart))
        bytes.appendLittleEndian(UInt32(clamping: nameLength))
        bytes.appendLittleEndian(code)
        bytes.appendLittleEndian(UInt32(clamping: tensor.shape.count))
        for dimension in 0..<FlatHeader.greatestRank {
            bytes.appendLittleEndian(UInt64(clamping: dimension < tensor.shape.count ? tensor.shape[dimension] : 0))
        }
        bytes.appendLittleEndian(UInt64(clamping: stretch.start))
        bytes.appendLittleEndian(UInt64(clamping: stretch.length))
        bytes.appendLittleEndian(stretch.checksum)
        bytes.appendLittleEndian(UInt32(0))
    }
}
