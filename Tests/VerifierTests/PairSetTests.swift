import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// insightface's sets of pictures in pairs, in every spelling of their pickle.
@Suite struct PairSetTests {
    static func set(_ name: String, folds: Int? = 3) throws -> PairSet {
        try PairSet(try MappedFile(path: Fixtures.path("sets/\(name).bin")), folds: folds)
    }

    static let expected: JSONObject = {
        let bytes = (try? Fixtures.bytes(Fixtures.path("sets/expected.json"))) ?? []
        return (try? JSONParser.parse(bytes))?.object ?? JSONObject()
    }()

    static let spellings = [
        "python2_protocol0", "python2_protocol1", "python2_protocol2", "python2_ints", "python3_protocol2", "python3_protocol3",
        "python3_protocol4", "python3_protocol5", "numpy_pictures_protocol2", "numpy1_pictures_protocol2", "numpy_pictures_protocol4",
        "numpy_pictures_protocol5", "tuple_of_tuples",
    ]

    @Test("Every spelling holds the same pictures and flags", arguments: spellings)
    func everySpellingHoldsTheSamePicturesAndFlags(_ spelling: String) throws {
        let set = try PairSetTests.set(spelling)
        let digests = PairSetTests.expected["sha256"]?.array?.compactMap(\.string) ?? []
        let same = PairSetTests.expected["same"]?.array?.compactMap(\.boolean) ?? []
        #expect(digests.count == 24 && same.count == 12)
        #expect(set.pairs.pairs.map(\.isSame) == same)
        for (index, pair) in set.pairs.pairs.enumerated() {
            for (name, place) in [(pair.imageA, 2 * index), (pair.imageB, 2 * index + 1)] {
                let picture = try #require(set.picture(name))
                #expect(SHA256Digest(of: picture.bytes.array).text == digests[place] && picture.digest.text == digests[place])
                // A picture that occurs again is the first one.
                #expect(picture.index == digests.firstIndex(of: digests[place]))
            }
        }
        #expect(set.pairs.uniqueImages.count == Set(digests).count && set.name == spelling && set.pairs.setName == spelling)
        #expect(set.picture("\(spelling)/000099") == nil)
    }

    @Test("Folds are runs of the file's order, whatever the kind of pairs") func foldsAreRunsOfTheFilesOrder() throws {
        #expect(try PairSetTests.set("python3_protocol4").pairs.folds.ofPair == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
        // Ten of twelve pairs, as scikit-learn's KFold has it: the longer ones first.
        #expect(try PairSetTests.set("python3_protocol4", folds: nil).pairs.folds.ofPair == [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(throws: LFWError.foldCount(13, greatest: 12)) { try PairSetTests.set("python3_protocol4", folds: 13) }
    }

    @Test("A picture too many is refused, as one too few is") func aPictureTooManyIsRefused() throws {
        let path = Fixtures.temporaryFolder() + "/surplus.bin"
        // Protocol 0: a tuple of a list of three strings and a list of one flag.
        Fixtures.write(Array("((lp0\nS'\\xffa'\naS'\\xffb'\naS'\\xffc'\na(lp1\nI01\natp2\n.".utf8), to: path)
        #expect(throws: PairSetError.counts(file: path, pictures: 3, flags: 1)) { try PairSet(try MappedFile(path: path)) }
    }

    static let bad: [(String, String)] = [
        ("bad_call", "names builtins.print at offset 2935 of the pickle, which no set of pictures needs; nothing was called"),
        ("bad_count", "23 pictures for 12 pairs, not two for each"), ("bad_empty", "holds no pairs"),
        ("bad_flag", "entry 11 of its flags is the number 2"), ("bad_text", "entry 23 of its pictures is a str"),
        ("bad_matrix", "entry 0 of its pictures is an array |u1 of shape [4, 4]"),
        ("bad_shape", "its pickle is a dict, not a pair of lists"),
        ("bad_cut", "it claims 19366 bytes, but only 8989 are left"), ("bad_surplus", "4 bytes follow the end of its pickle"),
        ("bad_length", "2147483647 bytes wanted, but only 19375 are left"),
    ]

    @Test("What is not a set is refused with the reason", arguments: bad)
    func whatIsNotASetIsRefusedWithTheReason(_ name: String, _ reason: String) {
        do {
            _ = try PairSetTests.set(name)
            Issue.record("\(name) was read")
        } catch { #expect("\(error)".contains(reason) && "\(error)".contains("\(name).bin"), "\(error)") }
    }

    @Test("A set cut anywhere, or with any byte changed, never traps") func aSetCutAnywhereNeverTraps() throws {
        let whole = try Fixtures.bytes(Fixtures.path("sets/numpy_pictures_protocol4.bin"))
        let path = "\(Fixtures.temporaryFolder())/cut.bin"
        for length in stride(from: 1, to: whole.count, by: 997) {
            Fixtures.write(Array(whole[..<length]), to: path)
            #expect(throws: (any Error).self) { try PairSet(try MappedFile(path: path), folds: 3) }
        }
        var read = 0
        for at in stride(from: 0, to: 1200, by: 7) {
            var changed = whole
            changed[at] ^= 0x41
            Fixtures.write(changed, to: path)
            if (try? PairSet(try MappedFile(path: path), folds: 3)) != nil { read += 1 }
        }
        // Within a picture's bytes a change is not the pickle's matter.
        #expect(read > 0)
    }
}
