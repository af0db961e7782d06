import Foundation
import TestSupport
import Testing

/// Generated code equals its generator's output, so that nobody edits it by hand.
@Suite struct GeneratedCodeTests {
    private static let schema = "/usr/include/onnx/onnx.proto"
    /// Why it cannot be generated here; nil if it can.
    static let hindrance: String? = {
        let missing = [schema, "/usr/bin/protoc-c"].filter { !FileManager.default.fileExists(atPath: $0) }
        guard !missing.isEmpty else { return nil }
        let reason = "\(missing.joined(separator: " and ")) missing: Sources/CONNX is not compared; make setup installs them"
        print(reason)
        return reason
    }()

    @Test("The ONNX code is what protobuf-c generates", .enabled(if: hindrance == nil, "protoc-c or onnx.proto is missing"))
    func theONNXCodeIsWhatProtobufCGenerates() throws {
        let folder = Fixtures.temporaryFolder()
        let run = try ProgramRun(["protoc-c", "--c_out=\(folder)", "-I/usr/include/onnx", "onnx.proto"])
        #expect(run.status == 0)
        for (made, kept) in [("onnx.pb-c.c", "onnx.pb-c.c"), ("onnx.pb-c.h", "include/onnx.pb-c.h")] {
            let generated = try Fixtures.bytes("\(folder)/\(made)")
            #expect(generated.count > 10000)
            #expect(generated == (try Fixtures.bytes("\(Fixtures.root)/Sources/CONNX/\(kept)")), "\(made) was changed")
        }
    }
}
