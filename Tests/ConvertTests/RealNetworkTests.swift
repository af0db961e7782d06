import ConvertFiles
import TestSupport
import Testing

/// A published MobileFaceNet, if it is available next to the repository.
@Suite struct RealNetworkTests {
    static let path = "\(Fixtures.root)/../shared/weights/arcface_mobilefacenet.pth"

    @Test("MobileFaceNet is the same network in every format") func mobileFaceNetGoesToEveryFormatAndIsTheSameNetworkThere() throws {
        guard FileIdentity(path: RealNetworkTests.path) != nil else {
            print("not tested: \(PathText.baseName(RealNetworkTests.path)) is not beside the repository (../shared/weights)")
            return
        }
        let folder = Fixtures.temporaryFolder()
        for ending in ["onnx", "safetensors", "h5", "flat", "pth"] {
            let out = "\(folder)/m.\(ending)"
            let run = try CommandRun([RealNetworkTests.path, out, "--verify", "tensors"])
            #expect(run.status == 0, "\(run.errors)")
            let check = try CommandRun(["verify", out, "--against", RealNetworkTests.path])
            #expect(check.status == 0 && check.output.contains("the same network"), "\(check.output) \(check.errors)")
        }
    }
}
