import Architectures
import ConvertFiles
import ConvertIR
import ConvertInference
import Foundation
import TestSupport
import Testing

/// The description that docs/families.md teaches with is one of a real network, which is not built in.
@Suite struct DocumentedFamilyTests {
    /// The lines between the fences after the mark, without the fences.
    private func documented() throws -> [String] {
        let text = String(decoding: try Fixtures.bytes("\(Fixtures.root)/docs/families.md"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let mark = try #require(lines.firstIndex(of: "<!-- vgg_face.family -->"))
        return Array(lines[(mark + 2)...].prefix { $0 != "```" })
    }

    @Test("The documented description gives torch's numbers, from as many lines as the page says")
    func theDocumentedDescriptionGivesTorchsNumbers() throws {
        let lines = try documented()
        let folder = Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/vgg_face.family"
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let fixture = try FamilyFixture("vgg_face", in: "described")
        #expect(throws: ArchitectureError.self) { try Architectures.rebuild(fixture.weights) }
        let rebuilt = try Architectures.rebuild(fixture.weights, description: try FamilyDescription(path: path))
        let model = rebuilt.model
        #expect(model.architecture.name == "vgg_face" && rebuilt.droppedKeys == ["fc8.weight", "fc8.bias"])
        #expect(model.contract.mean?.values == [129.1863, 104.7624, 93.594] && model.contract.standardDeviation == 1)
        #expect(model.contract.height == 224 && model.contract.width == 224)
        let found = try #require(try FastExecutor(model).run(fixture.input).first).batch
        #expect(fixture.largestDifference(found) <= 2e-5)
        let text = String(decoding: try Fixtures.bytes("\(Fixtures.root)/docs/families.md"), as: UTF8.self)
        let count = lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.count
        #expect(text.contains("All of it, in \(count) lines:"), "\(count)")
    }
}
