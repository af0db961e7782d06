import ConvertFiles
import ConvertJSON
import ConvertTensors
import PthReader
import TestSupport
import Testing

/// Two hundred files generated from a seed (scripts/reading_generator.py), with what torch loaded from each of them.
@Suite struct RecordedReadingTests {
    private static let answers: [(name: String, answer: JSONObject)] = {
        guard let bytes = try? Fixtures.bytes(Fixtures.path("reading/answers.json")), let all = (try? JSONParser.parse(bytes))?.object
        else { return [] }
        return all.members.compactMap { member in member.value.object.map { (member.key, $0) } }
    }()

    /// What torch loaded, by name: dtype, sizes and bytes in hexadecimal.
    private static func described(_ dictionary: CheckpointDictionary) throws -> [ExactText: String] {
        let types: [DType: String] = [
            .float64: "F64", .float32: "F32", .float16: "F16", .bfloat16: "BF16", .int64: "I64", .int32: "I32", .int16: "I16", .int8: "I8",
            .uint8: "U8", .bool: "BOOL",
        ]
        var found: [ExactText: String] = [:]
        for entry in dictionary.entries {
            guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value else { continue }
            let digits = try tensor.tensor.cOrderBytes().array.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            found[ExactText(name)] = "\(types[tensor.tensor.dtype] ?? "?") \(tensor.tensor.shape) \(digits)"
        }
        return found
    }

    @Test("Each recorded file is read as torch reads it, or refused")
    func eachIsReadAsTorchReadsItOrRefused() throws {
        #expect(RecordedReadingTests.answers.count >= 200)
        var read = 0
        for (name, answer) in RecordedReadingTests.answers {
            let wasRead = answer["read"] == .boolean(true)
            let mine: [ExactText: String]
            do {
                let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("reading/\(name)")))
                let selection = try StateDictSelection(in: checkpoint.root, file: name)
                // The recorded answers name every key as text, so they cannot distinguish a number from its digits.
                guard selection.dictionary.entries.allSatisfy({ if case .string = $0.key { true } else { false } }) else { continue }
                // Lazily negated tensors keep their bit on reading, and this comparison of bytes does not resolve it.
                let isLazy = selection.dictionary.entries.contains {
                    if case .tensor(let tensor) = $0.value { tensor.isNegated || tensor.isConjugated } else { false }
                }
                guard !isLazy else { continue }
                mine = try RecordedReadingTests.described(selection.dictionary)
            } catch {
                #expect(!wasRead, "\(name) was read before: \(error)")
                continue
            }
            read += 1
            for reading in answer["torch"]?.array ?? [] {
                // The chosen dictionary must be one of the dictionaries of tensors that torch loaded.
                let theirs = try (reading.array ?? []).map { dictionary in
                    var tensors: [ExactText: String] = [:]
                    for member in try #require(dictionary.object).members {
                        let parts = member.value.array ?? []
                        let shape = parts[1].array?.compactMap(\.integer) ?? []
                        tensors[ExactText(member.key)] = "\(parts[0].string ?? "") \(shape) \(parts[2].string ?? "")"
                    }
                    return tensors
                }
                #expect(theirs.contains(mine), "\(name): torch gives \(theirs)")
            }
        }
        #expect(read >= 60, "\(read) were read")
    }
}
