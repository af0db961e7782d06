import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// Embeddings that NumPy wrote, and those that we write.
@Suite struct EmbeddingTableTests {
    private func pairs() throws -> PairList { try PairList(try InventedPeople.file("pairs.txt"), folds: InventedPeople.folds) }

    @Test(
        "Files that NumPy wrote give NumPy's scores",
        arguments: ["embeddings_stored.npz", "embeddings_compressed.npz", "embeddings_sorted.npy"])
    func whatNumPyWroteGivesItsScores(_ name: String) throws {
        let expected = try #require(InventedPeople.expected["exact_scores"]?.array).compactMap(\.double)
        let scores = try EmbeddingTable(try InventedPeople.file(name), for: try pairs()).scores(of: try pairs()).scores
        #expect(scores.count == expected.count)
        for (score, exact) in zip(scores, expected) { #expect(abs(Double(score) - exact) < 2e-7) }
    }

    @Test("A written table reads back bit for bit and writes the same bytes")
    func aTableThatIsWrittenComesBackBitForBitAndInTheSameBytes() throws {
        let table = try EmbeddingTable(try InventedPeople.file("embeddings_stored.npz"), for: try pairs())
        let folder = Fixtures.temporaryFolder()
        for name in ["one.npz", "two.npz"] {
            let output = try OutputFile(target: "\(folder)/\(name)", replacing: false, inputs: [])
            try table.write(to: output)
            try output.commit()
        }
        let again = try EmbeddingTable(try MappedFile(path: "\(folder)/one.npz"), for: try pairs())
        #expect(again.paths == table.paths && again.width == 8)
        #expect(again.values.map(\.bitPattern) == table.values.map(\.bitPattern))
        #expect(try Fixtures.bytes("\(folder)/one.npz") == Fixtures.bytes("\(folder)/two.npz"))
    }

    @Test("Comma-separated values may have a header") func commaSeparatedValuesMayHaveAHeader() throws {
        let list = try PairList(try InventedPeople.written("a b 1\nc d 0\na b 1\nc d 0\n"), folds: 2)
        for header in ["", "path,x,y\n"] {
            let file = try InventedPeople.written(header + "a,3,4\nb,6e0,8\n\"c\",1,0\nd,0,-2\n", "e.csv")
            #expect(try EmbeddingTable(file, for: list).scores(of: list).scores == [1, 0, 1, 0])
        }
    }

    private func reason(_ text: String) throws -> String {
        let list = try PairList(try InventedPeople.written("a b 1\nc d 0\na b 1\nc d 0\n"), folds: 2)
        do {
            _ = try EmbeddingTable(try InventedPeople.written(text, "e.csv"), for: list).scores(of: list)
            return "no error"
        } catch { return "\(error)" }
    }

    /// A text and the expected message.
    static let badVectors: [(String, String)] = [
        ("a,1,0\nb,1,0\nc,1,0\n", "has no embedding of d"), ("a,1,0\nb,0,0\n", "the embedding of b is all zeros"),
        ("a,1,0\na,1,0\n", "two embeddings of a"), ("a,1,0\nb,1\n", "line 2: 1 numbers, but the lines before have 2"),
        ("a,1,0\nb,1,nan\n", "line 2: nan is not a finite number"), ("a,1e200,1e200\n", "the embedding of a is not finite"),
        ("a\n", "line 1: a path"),
        ("path,x\n", "contains no embeddings"), ("a,1,1e999\n", "line 1: 1e999"),
    ]

    @Test("Bad vectors are reported by path or line", arguments: badVectors) func badVectorsAreToldByPathOrLine(
        _ text: String, _ expected: String
    ) throws {
        let found = try reason(text)
        #expect(found.contains(expected), "\(found)")
    }

    @Test("Arrays of other shapes and counts are refused") func arraysOfOtherShapesAndCountsAreRefused() throws {
        let folder = Fixtures.temporaryFolder()
        func write(_ shape: [Int], _ element: NumpyArray.Element) throws -> MappedFile {
            let output = try OutputFile(target: "\(folder)/x.npy", replacing: true, inputs: [])
            let bytes = [UInt8](repeating: 1, count: shape.reduce(element.byteCount, *))
            try bytes.withUnsafeBytes { try NumpyArray.write($0, element: element, shape: shape, to: output) }
            try output.commit()
            return try MappedFile(path: output.target)
        }
        let list = try pairs()
        let count = list.uniqueImages.count
        for (shape, element) in [
            ([count], NumpyArray.Element.float32), ([count, 2, 2], .float32), ([count, 4], .uint8), ([count, 0], .float32),
        ] {
            #expect(throws: LFWError.self) { try EmbeddingTable(try write(shape, element), for: list) }
        }
        let file = try write([3, 4], .float32)
        #expect(throws: LFWError.rowCount(file: file.path, expected: count, found: 3)) { try EmbeddingTable(file, for: list) }
    }

    @Test("Every truncation and every changed byte of an archive gives an error or a table")
    func everyCutAndEveryChangedByteOfAnArchiveIsAnErrorOrATable() throws {
        let whole = try InventedPeople.file("embeddings_compressed.npz").bytes.array
        let list = try pairs()
        let path = "\(Fixtures.temporaryFolder())/x.npz"
        for length in stride(from: 1, to: whole.count, by: 11) {
            Fixtures.write(Array(whole[..<length]), to: path)
            #expect(throws: (any Error).self) { try EmbeddingTable(try MappedFile(path: path), for: list) }
        }
        for place in stride(from: 0, to: whole.count, by: 3) {
            var bytes = whole
            bytes[place] ^= 0x55
            Fixtures.write(bytes, to: path)
            _ = try? EmbeddingTable(try MappedFile(path: path), for: list)
        }
    }
}
