import ConvertFiles
import Exporters
import Glibc
import TestSupport
import Testing
import Verifier

/// HDF5 through the commands, run as a user runs them.
@Suite struct HDF5CommandTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")

    @Test("A checkpoint can be exported to HDF5 and back") func aCheckpointGoesToHDF5AndBack() throws {
        let (first, second) = ("\(folder)/s.h5", "\(folder)/s.pth")
        for arguments in [
            ["slim", training, "-o", first], ["slim", first, "-o", second], ["inspect", "--check", first], ["inspect", "--safety", first],
        ] {
            let run = try CommandRun(arguments)
            #expect(run.status == 0, "\(run.errors)")
        }
        let (source, back) = (try FormatRegistry.open(training), try FormatRegistry.open(second))
        try BitwiseComparison.check(try #require(back.weights), against: try #require(source.weights), file: second)
        #expect(back.weights?.metadata["distill_weight"] == source.weights?.metadata["distill_weight"])
    }

    @Test("A full disk is a short error and leaves nothing", arguments: [1, 8, 64, 100]) func aFullDiskIsAShortErrorAndLeavesNothing(
        blocks: Int
    ) throws {
        let out = "\(folder)/full.h5"
        let run = try CommandRun(["slim", training, "-o", out], shellPrefix: "ulimit -f \(blocks);")
        #expect(run.status == 2, "\(run.status) \(run.errors)")
        #expect(run.errors.contains("File too large") && run.errors.split(separator: "\n").count <= 3, "\(run.errors)")
        #expect(access(out, F_OK) != 0)
    }
}
