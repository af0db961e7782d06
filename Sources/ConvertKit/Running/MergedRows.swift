import ConvertFiles

/// Rows of numbers from parts, written to a file as a run writes its table: arrays in memory for one row, other forms for all.
struct MergedRows {
    private let output: RunOutput
    private let isReplacing: Bool
    private let model: String
    private let count: Int
    private var names: [String] = []
    private var values: [Float] = []
    private var shape: [Int] = []
    /// The array on its way to the disk; nil before the first row and for other forms.
    private var array: OutputFile?

    /// - Parameters:
    ///   - count: how many rows there will be.
    ///   - model: what the model is called.
    init(_ output: RunOutput, count: Int, model: String, replacing: Bool) throws {
        (self.output, self.count, self.model, isReplacing) = (output, count, model, replacing)
        try OutputFile.check(target: output.target, replacing: replacing, inputs: [])
    }

    /// Adds a row. Throws `ShardError.damagedPart` if its sizes are not those of the first.
    mutating func append(_ name: String, shape: [Int], _ row: [Float], folder: String) throws {
        if names.isEmpty {
            self.shape = shape
            if [.npy, .npz].contains(output.form) {
                // An archive's file gets its name, and this one never does.
                let array = try OutputFile(target: output.target, replacing: isReplacing, inputs: [])
                try NumpyArray.write(UnsafeRawBufferPointer(start: nil, count: 0), element: .float32, shape: [count] + shape, to: array)
                self.array = array
            }
        }
        guard shape == self.shape, names.count < count else {
            throw ShardError.damagedPart(path: folder, reason: "its records do not have one form")
        }
        names.append(name)
        if let array { try array.write(LittleEndianFloats.bytes(row)) } else { values += row }
    }

    /// Writes the file; nothing if there is no row, as a run does.
    func finish() throws {
        guard !names.isEmpty else { return }
        guard let array else {
            return try output.write(
                OutputTable(names: names, shape: shape, values: .float32(values)), model: model, replacing: isReplacing, inputs: [])
        }
        if output.form == .npy { return try array.commit() }
        try array.flush()
        let archive = try OutputFile(target: output.target, replacing: isReplacing, inputs: [])
        try ZipArchiveWriter.write(
            [
                .init(name: "paths.npy", contents: NumpyTextArray(texts: names).bytes(name: "paths")),
                .init(name: "embeddings.npy", contents: try array.readBack().bytes),
            ], to: archive)
        try archive.commit()
    }
}
