import ConvertFiles
import FuzzReading
import TestSupport
import Testing

/// Inputs that fuzzing found to reach different code, and those that once broke something, read again without a sanitizer.
@Suite struct FuzzCorpusTests {
    /// The inputs of a packed corpus: each is its length as four little-endian bytes, then its bytes. scripts/fuzz.sh writes it.
    private func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let bytes = try Fixtures.bytes(Fixtures.path("fuzz/\(target.rawValue).corpus"))
        var inputs: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let count = bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            inputs.append(Array(bytes[start + 4..<start + 4 + count]))
            start += 4 + count
        }
        return inputs
    }

    @Test("The corpus of every fuzzed reader is read without a finding", arguments: FuzzTarget.allCases)
    func corpora(_ target: FuzzTarget) throws {
        let inputs = try inputs(target)
        #expect(inputs.count >= 5)
        for input in inputs {
            try input.withUnsafeBufferPointer { bytes throws(FuzzFinding) in try target.read(bytes) }
        }
    }
}
