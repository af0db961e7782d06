import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Keras configurations in archives and in HDF5.
@Suite struct KerasScanTests {
    static let lambda = #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {}}]}}"#
    static let dense = #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}}]}}"#

    private func scan(_ bytes: [UInt8]) throws -> SafetyScan {
        let path = "\(Fixtures.temporaryFolder())/file"
        Fixtures.write(bytes, to: path)
        return SafetyScan(try MappedFile(path: path))
    }

    private func keras(_ configuration: String) -> [UInt8] {
        ArchiveBytes.zip([("config.json", Array(configuration.utf8)), ("metadata.json", Array("{}".utf8))])
    }

    private func hdf5(_ configuration: String) -> [UInt8] {
        let head: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 0xFF, count: 40)
        return head + Array("model_config".utf8) + [0, 0, 0] + Array(configuration.utf8) + [UInt8](repeating: 0, count: 16)
    }

    @Test(
        "A Keras layer that contains or fetches code is found",
        arguments: [
            (lambda, GlobalVerdict.dangerous), (dense, .clean), (lambda.replacing("Lambda", with: #"L\u0061mbda"#), .dangerous),
            (lambda.replacing("class_name", with: #"class\u005fname"#), .dangerous),
            (#"{"class_name": "Functional", "config": {"x": {"class_name": "__lambda__"}}}"#, .dangerous),
            (#"{"class_name": "Model", "x": {"class_name": "function", "module": "subprocess", "config": "Popen"}}"#, .dangerous),
            (#"{"class_name": "Model", "x": {"class_name": "function", "module": "builtins", "config": "eval"}}"#, .dangerous),
            (#"{"class_name": "Model", "x": {"class_name": "function", "module": "builtins", "config": "relu"}}"#, .clean),
            (#"{"class_name": "Model", "x": {"class_name": "Net", "module": "lab.nets"}}"#, .unknown),
            (#"{"class_name": "Model", "x": {"class_name": "TFOpLambda", "config": {"function": "io.read_file"}}}"#, .dangerous),
            (#"{"class_name": "Model", "x": {"class_name": "TFOpLambda", "config": {"function": "math.add"}}}"#, .unknown),
        ])
    func aLayerThatHoldsOrFetchesCodeIsFound(_ configuration: String, _ verdict: GlobalVerdict) throws {
        let archive = try scan(keras(configuration))
        #expect(archive.verdict == verdict && archive.isComplete, "\(archive.obstacles)")
        let file = try scan(hdf5(configuration))
        #expect(file.verdict == verdict && file.isComplete, "\(file.obstacles)")
        let nested = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/x.h5", hdf5(configuration))]))
        #expect(nested.verdict == verdict, "\(nested.obstacles)")
    }

    @Test("A Keras configuration that cannot be read is not clean")
    func aConfigurationThatCannotBeReadIsNotClean() throws {
        let twice = #"{"class_name": "Model", "class_name": "Lambda"}"#
        for bytes in [keras(twice), keras("{"), hdf5(twice), hdf5("no text")] {
            let scan = try scan(bytes)
            #expect(!scan.isCleared && scan.verdict == .unknown)
        }
    }
}
