import ConvertFiles
import ConvertJSON

/// Where a run's numbers go, and in which form.
public struct RunOutput: Sendable {
    /// The forms, by their ending.
    public enum Form: String, CaseIterable, Sendable {
        /// NumPy's array, images × the output's sizes.
        case npy
        /// `paths` and `embeddings`, as an evaluation writes `lfw_embeddings.npz`.
        case npz
        /// A header, then one line per image.
        case csv
        /// One object.
        case json
        /// One object per line.
        case jsonl
    }

    /// The path as it was given; `-` for the standard output.
    public let target: String
    /// The form of the file.
    public let form: Form

    /// Whether the caller prints the table itself.
    public var isStandardOutput: Bool { target == "-" }

    /// A path, or `-` for CSV on the standard output, which the caller writes. Nil for an ending that is not written.
    public init?(_ target: String) {
        self.target = target
        guard target != "-" else {
            form = .csv
            return
        }
        guard let form = Form(rawValue: PathText.ending(target).lowercased()) else { return nil }
        self.form = form
    }

    /// Writes the whole table to its file; nothing is left behind if that fails.
    public func write(_ table: OutputTable, model: String, replacing: Bool, inputs: [FileIdentity]) throws {
        let output = try OutputFile(target: target, replacing: replacing, inputs: inputs)
        func line(_ text: String) throws { try output.write(Array((text + "\n").utf8)) }
        switch form {
        case .npy:
            let shape = [table.count] + table.shape
            switch table.values {
            case .float32(let numbers):
                try numbers.withUnsafeBytes { try NumpyArray.write($0, element: .float32, shape: shape, to: output) }
            case .float64(let numbers):
                try numbers.withUnsafeBytes { try NumpyArray.write($0, element: .float64, shape: shape, to: output) }
            }
        case .npz: try ZipArchiveWriter.write(archive(table), to: output)
        case .csv:
            try line(table.csvHeader)
            for row in 0..<table.count { try line(table.csvLine(row)) }
        case .json: try line(JSONValue.object(RunOutput.document(table, model: model)).text(pretty: true))
        case .jsonl: for row in 0..<table.count { try line(JSONValue.object(table.json(row)).text()) }
        }
        try output.commit()
    }

    private func archive(_ table: OutputTable) -> [ZipArchiveWriter.Entry] {
        let shape = [table.count] + table.shape
        let embeddings =
            switch table.values {
            case .float32(let numbers):
                numbers.withUnsafeBytes { NumpyArray.bytes($0, element: .float32, shape: shape, name: "embeddings") }
            case .float64(let numbers):
                numbers.withUnsafeBytes { NumpyArray.bytes($0, element: .float64, shape: shape, name: "embeddings") }
            }
        let paths = table.names.map { ZipArchiveWriter.Entry(name: "paths.npy", contents: NumpyTextArray(texts: $0).bytes(name: "paths")) }
        return [paths].compactMap(\.self) + [.init(name: "embeddings.npy", contents: embeddings)]
    }

    /// The object that `-o x.json` and `--json` share.
    package static func document(_ table: OutputTable, model: String) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "model": .string(model), "shape": table.jsonShape,
            "images": .array((0..<table.count).map { .object(table.json($0)) }),
        ])
    }
}
