import Architectures
import Exporters
import ConvertFaces
import ConvertFiles
import Glibc
import ConvertIR
import ConvertJSON
import Pickle
import PthReader
import ConvertTensors
import Verifier

/// One reader after another under libFuzzer; which one, the environment variable FUZZ_MODE says. See docs/reliability.md.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ argc: UnsafeMutablePointer<Int32>, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Readers map files, so each input is written to one that lies in memory.
struct Scratch {
    let path = "/dev/shm/convert-fuzz-\(getpid())"

    func file(_ bytes: UnsafeBufferPointer<UInt8>) throws -> MappedFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else { throw FileError.empty(path: path) }
        return try MappedFile(path: path)
    }
}

/// Bounds of the harness itself: what only takes long would crowd out the search.
enum Bounds {
    static let elements = 1 << 16
    static let tensors = 200
    static let pixels = 1 << 18
}

let scratch = Scratch()
let mode = getenv("FUZZ_MODE").map { String(cString: $0) } ?? "open"

func open(_ file: MappedFile) throws {
    let opened = try FormatRegistry.open(file.path)
    for check in opened.checksums { try? check.run() }
    for entry in opened.weights?.entries.prefix(Bounds.tensors) ?? [] where entry.tensor.elementCount < Bounds.elements {
        _ = try entry.tensor.doubles()
    }
    _ = try? opened.document?.graph?.valueTypes(
        weights: opened.weights ?? Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: "")))
    _ = opened.document?.text
}

func one(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    let view = ByteView(copying: Array(bytes), name: "input")
    switch mode {
    case "open": try open(try scratch.file(bytes))
    case "safety":
        let file = try scratch.file(bytes)
        _ = (SafetyScan(file).verdict, SafetyScan(asPickle: file).verdict)
    case "pickle": _ = try PickleMachine.read(view)
    case "image":
        let image = try OpenedImage(try scratch.file(bytes))
        if image.width * image.height <= Bounds.pixels { _ = try image.decoded() }
    case "scores":
        let file = try scratch.file(bytes)
        _ = try? Baseline(file)
        let table = try ScoreTable(file, folds: 2)
        if table.scores.count < 1000 { _ = table.csv }
    case "pairs": _ = try PairList(try scratch.file(bytes), folds: 2)
    case "embeddings":
        // Each fold needs pairs of both kinds.
        let one = [LFWPair("a", "b", isSame: true), LFWPair("a", "c", isSame: false)]
        let pairs = try PairList(one + one.map { LFWPair($0.imageB, $0.imageA, isSame: $0.isSame) }, folds: 2, file: "pairs")
        _ = try EmbeddingTable(try scratch.file(bytes), for: pairs)
    case "npy":
        _ = try? NumpyTextArray(view)
        _ = try NumpyArray(view)
    case "json":
        let value = try JSONParser.parse(Array(bytes))
        guard try JSONParser.parse(Array(value.text().utf8)).text() == value.text() else {
            fatalError("JSON is not read as it was written")
        }
    case "document": _ = try ModelDocument(text: Array(bytes)).text
    case "graph":
        let graph = try Graph(text: String(decoding: bytes, as: UTF8.self), file: "graph")
        guard try Graph(text: graph.text(types: [:]), file: "again") == graph else { fatalError("a graph is not read as it was written") }
    case "keymap": _ = try KeyMap(text: String(decoding: bytes, as: UTF8.self), file: "map")
    case "names":
        guard PathText.bytes(PathText.text(Array(bytes))) == Array(bytes) else { fatalError("a name does not come back") }
        let text = String(decoding: bytes, as: UTF8.self)
        var field = CSVText.quoted(text)
        if field.utf8.first == UInt8(ascii: "\"") { field = String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"") }
        guard CSVText.name(field).utf8.elementsEqual(text.utf8) else { fatalError("a field does not come back") }
    default: fatalError("FUZZ_MODE \(mode) is not known")
    }
}

var argc = CommandLine.argc
var argv = CommandLine.unsafeArgv
exit(
    runDriver(&argc, &argv) { data, size in
        try? one(UnsafeBufferPointer(start: data, count: size))
        return 0
    })
