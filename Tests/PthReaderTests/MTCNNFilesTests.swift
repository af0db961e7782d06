import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Third-party files: the legacy containers of MTCNN's published weights.
@Suite struct MTCNNFilesTests {
    @Test(
        "Published legacy files are read completely",
        arguments: [("pnet.pt", 13, 6632), ("rnet.pt", 16, 100_178), ("onet.pt", 21, 389_040)])
    func publishedLegacyFilesAreReadWhole(_ name: String, _ tensors: Int, _ elements: Int) throws {
        let path = "\(Fixtures.mtcnn)/\(name)"
        let checkpoint = try Checkpoint(try MappedFile(path: path))
        let selection = try StateDictSelection(in: checkpoint.root, file: path)
        var count = 0
        for entry in selection.dictionary.entries { if case .tensor(let tensor) = entry.value { count += tensor.tensor.elementCount } }
        #expect(checkpoint.container == .legacy)
        #expect(selection.dictionary.entries.count == tensors)
        #expect(count == elements)
    }
}
