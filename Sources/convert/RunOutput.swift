import Files
import JSON

/// Numbers that came out of a network: one row for each image.
struct OutputTable {
    /// What is in a row, in single or double precision.
    enum Values {
        case float32([Float])
        case float64([Double])
    }

    /// The pictures' paths; nil for images of an array, which are counted from 0.
    var names: [String]?
    /// Sizes of one row's output.
    var shape: [Int]
    var values: Values

    /// Rows.
    var count: Int { names?.count ?? total / max(width, 1) }
    /// Numbers in a row.
    var width: Int { shape.reduce(1, *) }

    private var total: Int {
        switch values {
        case .float32(let numbers): numbers.count
        case .float64(let numbers): numbers.count
        }
    }

    /// How many numbers are NaN or infinite.
    var notFiniteCount: Int {
        switch values {
        case .float32(let numbers): numbers.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
        case .float64(let numbers): numbers.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
        }
    }

    func name(_ row: Int) -> String { names.map { $0[row] } ?? "\(row)" }

    /// A row's numbers, each with the fewest digits that read back as the same number.
    func texts(_ row: Int) -> [String] {
        let range = row * width..<(row + 1) * width
        switch values {
        case .float32(let numbers): return numbers[range].map { "\($0)" }
        case .float64(let numbers): return numbers[range].map { "\($0)" }
        }
    }

    /// The path, the sizes, and the first few numbers.
    func line(_ row: Int) -> String {
        let shown = texts(row).prefix(5).joined(separator: " ")
        return "\(name(row))  \(shape.map(String.init).joined(separator: "×")): \(shown)\(width > 5 ? " …" : "")"
    }

    /// `image,e0,e1,…`: column names that are not numbers, so that every reader knows them from data.
    var csvHeader: String { "image," + (0..<width).map { "e\($0)" }.joined(separator: ",") }

    func csvLine(_ row: Int) -> String { ([CSVText.quoted(name(row))] + texts(row)).joined(separator: ",") }

    func json(_ row: Int) -> JSONObject {
        let image: JSONValue = names == nil ? .integer(Int64(row)) : .string(name(row))
        // Through text, so that 0.1 in single precision stays 0.1.
        return JSONObject(["image": image, "embedding": .array(texts(row).map { .number(Double($0) ?? .nan) })])
    }

    var jsonShape: JSONValue { .array(shape.map { .integer(Int64($0)) }) }
}

/// Where a run's numbers go, and in which form.
struct RunOutput {
    /// The forms, by their ending.
    enum Form: String, CaseIterable {
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
    let target: String
    let form: Form

    var isStandardOutput: Bool { target == "-" }

    /// Throws `UsageError` for a folder, and for an ending that is not written.
    init(_ target: String) throws(UsageError) {
        self.target = target
        guard target != "-" else {
            form = .csv
            return
        }
        try OutputName.check(target, example: "embeddings.npy")
        guard let form = Form(rawValue: PathText.ending(target).lowercased()) else {
            throw .outputEnding(target, known: Form.allCases.map { ".\($0.rawValue)" })
        }
        self.form = form
    }

    /// Writes the whole table; nothing is left behind where that fails.
    func write(_ table: OutputTable, model: String, replacing: Bool, inputs: [FileIdentity]) throws {
        if isStandardOutput {
            Terminal.print(table.csvHeader)
            for row in 0..<table.count { Terminal.print(table.csvLine(row)) }
            return
        }
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
    static func document(_ table: OutputTable, model: String) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "model": .string(model), "shape": table.jsonShape,
            "images": .array((0..<table.count).map { .object(table.json($0)) }),
        ])
    }
}
