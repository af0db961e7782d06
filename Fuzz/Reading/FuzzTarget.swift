import Architectures
import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import Glibc
import Pickle
import PthReader
import Verifier

/// The readers that are fuzzed: bytes go in, and nothing may trap, run away or come back changed. See docs/reliability.md.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case open, safety, pickle, image, scores, pairs, set, embeddings, npy, json, document, graph, family, keymap, names

    /// Reads the bytes. Errors of readers are the expected answer to most inputs.
    /// - Throws: `FuzzFinding` for what must not happen.
    package func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(FuzzFinding) {
        do { try attempt(bytes) } catch let finding as FuzzFinding { throw finding } catch {}
    }

    private func attempt(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        let scratch = Scratch(path: "/dev/shm/convert-fuzz-\(getpid())-\(rawValue)")
        defer { unlink(scratch.path) }
        let view = ByteView(copying: Array(bytes), name: "input")
        switch self {
        case .open: try open(try scratch.file(bytes))
        case .safety:
            let file = try scratch.file(bytes)
            _ = (SafetyScan(file).verdict, SafetyScan(asPickle: file).verdict)
        case .pickle: _ = try PickleMachine.read(view)
        case .image:
            let image = try OpenedImage(try scratch.file(bytes))
            if image.width * image.height <= Bounds.pixels { _ = try image.decoded() }
        case .scores:
            let file = try scratch.file(bytes)
            _ = try? Baseline(file)
            let table = try ScoreTable(file, folds: 2)
            if table.scores.count < 1000 { _ = table.csv }
        case .pairs:
            let file = try scratch.file(bytes)
            _ = try? PersonGroups(file)
            _ = PairPeople(try PairList(file, folds: 2))
        case .set: _ = try PairSet(try scratch.file(bytes), folds: 2)
        case .embeddings:
            // Each fold needs pairs of both kinds.
            let one = [LFWPair("a", "b", isSame: true), LFWPair("a", "c", isSame: false)]
            let pairs = try PairList(one + one.map { LFWPair($0.imageB, $0.imageA, isSame: $0.isSame) }, folds: 2, file: "pairs")
            _ = try EmbeddingTable(try scratch.file(bytes), for: pairs)
        case .npy:
            _ = try? NumpyTextArray(view)
            _ = try NumpyArray(view)
        case .json:
            let value = try JSONParser.parse(Array(bytes))
            guard try JSONParser.parse(Array(value.text().utf8)).text() == value.text() else {
                throw FuzzFinding("JSON is not read as it was written")
            }
        case .document: _ = try ModelDocument(text: Array(bytes)).text
        case .graph:
            let graph = try Graph(text: String(decoding: bytes, as: UTF8.self), file: "graph")
            guard try Graph(text: graph.text(types: [:]), file: "again") == graph else {
                throw FuzzFinding("a graph is not read as it was written")
            }
        case .family:
            let description = try FamilyDescription(text: String(decoding: bytes, as: UTF8.self), file: "family")
            let graph = try Architectures.rebuild(try FamilyWeights.all, description: description).model.graph
            guard try Graph(text: graph.text(types: [:]), file: "again") == graph else {
                throw FuzzFinding("a graph of a description is not read as it was written")
            }
        case .keymap: _ = try KeyMap(text: String(decoding: bytes, as: UTF8.self), file: "map")
        case .names:
            guard PathText.bytes(PathText.text(Array(bytes))) == Array(bytes) else { throw FuzzFinding("a name does not come back") }
            let text = String(decoding: bytes, as: UTF8.self)
            // Byte by byte: a quotation mark and a combining mark after it are one character to Swift.
            var field = Array(CSVText.quoted(text).utf8)
            if field.first == UInt8(ascii: "\"") {
                let inner = String(decoding: field.dropFirst().dropLast(), as: UTF8.self)
                field = Array(inner.utf8).replacing([UInt8(ascii: "\""), UInt8(ascii: "\"")], with: [UInt8(ascii: "\"")])
            }
            guard CSVText.name(String(decoding: field, as: UTF8.self)).utf8.elementsEqual(text.utf8) else {
                throw FuzzFinding("a field does not come back")
            }
        }
    }

    private func open(_ file: MappedFile) throws {
        let opened = try FormatRegistry.open(file.path)
        for check in opened.checksums { try? check.run() }
        for entry in opened.weights?.entries.prefix(Bounds.tensors) ?? [] where entry.tensor.elementCount < Bounds.elements {
            _ = try entry.tensor.doubles()
        }
        _ = try? opened.document?.graph?.valueTypes(
            weights: opened.weights ?? Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: "")))
        _ = opened.document?.text
    }
}

/// Something that a reader must not do.
package struct FuzzFinding: Error, Equatable {
    /// What it is.
    package let text: String

    init(_ text: String) { self.text = text }
}

/// Readers map files, so each input is written to one that lies in memory.
private struct Scratch {
    let path: String

    func file(_ bytes: UnsafeBufferPointer<UInt8>) throws -> MappedFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else { throw FileError.empty(path: path) }
        return try MappedFile(path: path)
    }
}

/// Bounds of the harness itself: what only takes long would crowd out the search.
private enum Bounds {
    static let elements = 1 << 16
    static let tensors = 200
    static let pixels = 1 << 18
}
