import ConvertFiles

extension EmbeddingTable {
    /// Reads embeddings that any engine made; the kind of file is recognized by content.
    ///
    /// - `.npz` (`numpy.savez` or `savez_compressed`): `paths`, strings, and `embeddings`, float32 or float64, images × numbers.
    /// - `.npy`: images × numbers, one row per unique path of the pairs in sorted order.
    /// - `.csv`: a path and its numbers per line; a first line without numbers is a header.
    /// - Throws: `FileError`, `NumpyError`, `ZipError` or `LFWError`.
    package init(_ file: MappedFile, for pairs: PairList) throws {
        if EmbeddingArchive.recognizes(file) {
            try self.init(archive: file)
        } else if file.bytes.matches([0x93]) {
            let array = try NumpyArray(file)
            let (width, numbers) = try EmbeddingTable.rows(array, file: file.path)
            let paths = pairs.uniqueImages
            guard array.shape.first == paths.count else {
                throw LFWError.rowCount(file: file.path, expected: paths.count, found: array.shape.first ?? 0)
            }
            try self.init(paths: paths, width: width, numbers: numbers, file: file.path)
        } else {
            try self.init(csv: file)
        }
    }

    private init(archive file: MappedFile) throws {
        let archive = try EmbeddingArchive(file)
        let (paths, array) = (try archive.paths(), try archive.embeddings())
        let (width, numbers) = try EmbeddingTable.rows(array, file: file.path)
        guard array.shape.first == paths.count else {
            throw LFWError.notEmbeddings(file: file.path, reason: "\(paths.count) paths and \(array.shape.first ?? 0) embeddings")
        }
        try self.init(paths: paths, width: width, numbers: numbers, file: file.path)
    }

    private static func rows(_ array: NumpyArray, file: String) throws -> (width: Int, numbers: [Double]) {
        guard array.shape.count == 2, let width = array.shape.last, width > 0, array.element.isFloating else {
            throw LFWError.notEmbeddings(
                file: file,
                reason: "the array is \(array.element.name) of shape \(array.shape), not images × numbers in floating point")
        }
        return (width, array.doubles)
    }

    private init(csv file: MappedFile) throws {
        var table = try CSVTable(file.bytes)
        var next = try table.next()
        if let first = next, first.fields.count > 1, NumberText.double(first.fields[1]) == nil { next = try table.next() }
        guard let first = next else { throw LFWError.nothingInside(file: file.path, what: "embeddings") }
        let width = first.fields.count - 1
        guard width > 0 else { throw LFWError.badLine(file: file.path, line: first.line, reason: "a path and numbers are expected") }
        var (paths, numbers): ([String], [Double]) = ([], [])
        while let record = next {
            guard record.fields.count == width + 1 else {
                throw LFWError.badLine(
                    file: file.path, line: record.line, reason: "\(record.fields.count - 1) numbers, but the lines before have \(width)")
            }
            paths.append(try PathPairLines.path(record.fields[0], file.path, record.line))
            for field in record.fields.dropFirst() {
                guard let number = NumberText.double(field) else {
                    throw LFWError.badLine(file: file.path, line: record.line, reason: "\(LFWError.shown(field)) is not a finite number")
                }
                numbers.append(number)
            }
            next = try table.next()
        }
        try self.init(paths: paths, width: width, numbers: numbers, file: file.path)
    }

    /// Writes the reference project's `lfw_embeddings.npz`: `paths` and `embeddings`, uncompressed, the same bytes for the same table. The
    /// caller commits the output.
    package func write(to output: OutputFile) throws {
        let embeddings = values.withUnsafeBytes {
            NumpyArray.bytes($0, element: .float32, shape: [paths.count, width], name: "embeddings")
        }
        try ZipArchiveWriter.write(
            [
                .init(name: "paths.npy", contents: NumpyTextArray(texts: paths).bytes(name: "paths")),
                .init(name: "embeddings.npy", contents: embeddings),
            ], to: output)
    }
}
