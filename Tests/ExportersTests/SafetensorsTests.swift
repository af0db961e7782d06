import ConvertFiles
import Exporters
import TestSupport
import Testing

/// Malformed headers, among them the published attacks: overlap, hole, huge header, duplicate key, trailing bytes.
@Suite struct SafetensorsReaderTests {
    private func open(_ header: String, data: Int, claimed: UInt64? = nil) throws -> OpenedFile {
        let path = "\(Fixtures.temporaryFolder())/t.safetensors"
        let length = claimed ?? UInt64(header.utf8.count)
        Fixtures.write(
            withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8) + [UInt8](repeating: 1, count: data), to: path)
        return try FormatRegistry.open(path)
    }

    @Test("A well-formed file is read") func aWellFormedFileIsRead() throws {
        let opened = try open(
            #"{"__metadata__":{"format":"pt","epoch":"3"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   "#, data: 8)
        #expect(opened.weights?["a"]?.shape == [2])
        #expect(opened.weights?.metadata["epoch"] == .integer(3))
    }

    @Test(
        "Malformed headers are refused with a reason",
        arguments: [
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}"#,
            #"{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        ])
    func malformedHeadersAreRefused(_ header: String) {
        #expect(throws: (any Error).self) { try open(header, data: 8) }
    }

    @Test("A huge header is refused before it is read") func aHugeHeaderIsRefusedBeforeItIsRead() {
        #expect(throws: SafetensorsError.self) { try open("{}", data: 8, claimed: 1 << 40) }
        #expect(throws: SafetensorsError.self) { try open("{}", data: 8, claimed: 4096) }
    }
}
