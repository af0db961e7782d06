import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// The pairs of `fixtures/scores`, the results of NumPy and scikit-learn for them, and generated tables.
enum InventedPeople {
    static let folder = Fixtures.path("scores")
    static let folds = 5

    static let expected: JSONObject = {
        guard let bytes = try? Fixtures.bytes("\(folder)/expected.json"), let value = try? JSONParser.parse(bytes) else {
            return JSONObject()
        }
        return value.object ?? JSONObject()
    }()

    static func file(_ name: String) throws -> MappedFile { try MappedFile(path: "\(folder)/\(name)") }

    static func table() throws -> ScoreTable { try ScoreTable(try file("pair_scores.csv"), folds: folds) }

    /// A file with this text, for one test.
    static func written(_ text: String, _ name: String = "list.txt") throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/\(name)"
        Fixtures.write(Array(text.utf8), to: path)
        return try MappedFile(path: path)
    }

    /// Seeded scores, so coarse that many are equal.
    static func random(pairs: Int, folds: Int, seed: UInt64, steps: Int) throws -> ScoreTable {
        var generator = SeededGenerator(seed: seed)
        var list: [LFWPair] = []
        var scores: [Float] = []
        for index in 0..<pairs {
            let isSame = index < folds ? true : index < 2 * folds ? false : Bool.random(using: &generator)
            list.append(LFWPair("a\(index)", "b\(index)", isSame: isSame))
            let step = Int.random(in: 0...steps, using: &generator) + (isSame ? steps / 4 : -steps / 4)
            scores.append(Float(max(-steps, min(steps, step))) / Float(steps))
        }
        return try ScoreTable(pairs: try PairList(list, folds: folds, file: "random"), scores: scores)
    }
}

/// Files next to the repository that are not part of it.
enum SharedFiles {
    /// A file in `../shared`; nil, with a notice, if it does not exist.
    static func file(_ name: String) throws -> MappedFile? {
        let path = "\(Fixtures.root)/../shared/\(name)"
        guard FileIdentity(path: path) != nil else {
            print("not tested: \(name) is not beside the repository (../shared)")
            return nil
        }
        return try MappedFile(path: path)
    }
}
