import Exporters
import Faces
import Files
import IR
import Inference
import JSON

/// `convert run MODEL IMAGE…` and `convert run MODEL --input x.npy -o y.npy`: a network's outputs, so that any other program's can be
/// compared.
enum RunCommand {
    static let table = OptionTable(
        flags: ["--force", "--quiet", "--help", "--normalize", "--exact", "--float64", "--baseline", "--timing", "--json", "--verbose"],
        single: Set(["--input", "--output", "--batch-size", "--threads", "--repeat"]).union(FaceOptions.single).union(
            RunnableModel.options),
        short: ["-i": "--input", "-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "run")
        if parsed.has("--help") {
            Terminal.print(HelpText.run)
            return .fine
        }
        let request = try RunRequest(parsed)
        var pictures: [String] = []
        if case .pictures(let operands) = request.source { pictures = try ImageFiles.list(operands) }
        let opened = try RunnableModel(path: request.model, architecture: request.architecture, parsed: parsed)
        if !request.isQuiet { for remark in opened.remarks { Terminal.error("convert: \(remark)") } }
        var model = opened.model
        if request.normalizes { model = try model.appendingNormalization() }
        var inputs = opened.sources.map(\.identity) + pictures.compactMap(FileIdentity.init(path:))
        if case .array(let path) = request.source { inputs += [FileIdentity(path: path)].compactMap(\.self) }
        if let output = request.output, !output.isStandardOutput {
            try OutputFile.check(target: output.target, replacing: request.isForced, inputs: inputs)
        }
        var report = RunReport(request, model: opened.sources.first?.name ?? request.model, inputs: inputs)
        switch request.source {
        case .pictures: return try RunImages(model, request: request, parsed: parsed).run(pictures, report: &report)
        case .array(let path): return try RunArray(model, request: request).run(path, report: &report)
        }
    }
}

/// What a run says beside its numbers, for people or as one JSON object.
struct RunReport {
    private let request: RunRequest
    private let model: String
    private let inputs: [FileIdentity]
    private var more = JSONObject()
    private var notes: [String] = []

    init(_ request: RunRequest, model: String, inputs: [FileIdentity]) {
        (self.request, self.model, self.inputs) = (request, model, inputs)
    }

    /// Whether rows are printed as they come and not kept.
    var printsRows: Bool { request.output == nil && !request.isJSON }

    /// Something that the user should know of.
    mutating func note(_ text: String) {
        notes.append(text)
        if !request.isQuiet { Terminal.error("convert: note: \(text)") }
    }

    /// A member of the JSON object.
    mutating func add(_ name: String, _ value: JSONValue) { more.append(name, value) }

    /// The time of each step of the network.
    mutating func add(_ steps: [(name: String, method: String, seconds: Double)], images: Int) {
        let rows = steps.map { [NumberText.fixed($0.seconds * 1000, 3), $0.method, $0.name] }
        for line in TextTable.lines(rows, rightAligned: [0]) { Terminal.error(line) }
        let total = steps.reduce(0) { $0 + $1.seconds } * 1000
        Terminal.error("\(NumberText.fixed(total, 3)) ms in all, for \(images) \(images == 1 ? "image" : "images") at once")
        var object = JSONObject(["images": .integer(Int64(images)), "milliseconds": .number(total)])
        object.append(
            "steps",
            .array(
                steps.map {
                    .object(
                        JSONObject([
                            "name": .string($0.name), "method": .string($0.method), "milliseconds": .number($0.seconds * 1000),
                        ]))
                }))
        add("timing", .object(object))
    }

    /// Writes the table where it is to go, and prints what is left to print.
    func conclude(_ table: OutputTable) throws {
        let broken = table.notFiniteCount
        if broken > 0 { Terminal.error("convert: \(broken) of the \(table.count * table.width) numbers that came out are NaN or infinite") }
        if let output = request.output, table.count > 0 {
            try output.write(table, model: model, replacing: request.isForced, inputs: inputs)
            if !request.isQuiet, !request.isJSON, !output.isStandardOutput {
                let sizes = ([table.count] + table.shape).map(String.init).joined(separator: " × ")
                var kind = "float32"
                if case .float64 = table.values { kind = "float64" }
                Terminal.print("\(output.target): \(sizes) numbers (\(kind)), \(table.count) \(table.count == 1 ? "image" : "images")")
            }
        } else if request.output == nil, !request.isJSON {
            Terminal.print(lines: (0..<table.count).map(table.line))
        }
        guard request.isJSON else { return }
        var root: JSONObject
        if let output = request.output {
            root = JSONObject(["format_version": .integer(1), "model": .string(model), "shape": table.jsonShape])
            let names = (0..<table.count).map {
                JSONValue.object(JSONObject(["image": table.names == nil ? .integer(Int64($0)) : .string(table.name($0))]))
            }
            root.append("images", .array(names))
            root.append("output", table.count > 0 ? .string(output.target) : .null)
        } else {
            root = RunOutput.document(table, model: model)
        }
        for member in more.members { root.append(member.key, member.value) }
        root.append("notes", .array(notes.map { .string($0) }))
        Terminal.print(JSONValue.object(root).text(pretty: true))
    }
}
