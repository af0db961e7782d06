import Architectures
import ConvertIR
import ConvertInference
import Testing

/// Checkpoints of many projects: recognized from keys and shapes, with the numbers that torch gives.
@Suite struct FamilyNetworkTests {
    @Test("A project's checkpoint is rebuilt and gives torch's numbers", arguments: FamilyFixture.names)
    func aProjectsCheckpointGivesTorchsNumbers(_ name: String) throws {
        let fixture = try FamilyFixture(name)
        let model = try Architectures.rebuild(fixture.weights).model
        for count in [1, fixture.outputs.count] {
            let found = try #require(try FastExecutor(model).run(fixture.input.images(0..<count)).first).batch
            #expect(fixture.largestDifference(found) <= 2e-5, "\(count) images")
        }
    }

    @Test("The contract is the project's, or a named default that is assumed", arguments: FamilyFixture.names + FamilyFixture.contractNames)
    func theContractIsTheProjects(_ name: String) throws {
        let fixture = try FamilyFixture(name, in: FamilyFixture.contractNames.contains(name) ? "contracts" : "families")
        let model = try Architectures.rebuild(fixture.weights).model
        let (contract, wanted) = (model.contract, fixture.contract)
        let size = wanted["size"]?.array?.compactMap(\.integer)
        #expect([contract.height, contract.width].compactMap(\.self) == size)
        #expect(contract.origins[.mean] == .assumed && contract.origins[.channelOrder] == .assumed)
        guard !FamilyNetworkTests.twins.contains(name) else { return }
        #expect(contract.channelOrder.rawValue == wanted["channels"]?.string?.lowercased())
        let numbers = { (key: String) in wanted[key]?.double.map { [$0] } ?? wanted[key]?.array?.compactMap(\.double) }
        #expect(contract.mean?.values == numbers("mean") && contract.standardDeviation?.values == numbers("std"))
        #expect(contract.isNormalized == wanted["normalised"]?.boolean)
        let epsilons = ["eps", "eps_tail"].compactMap { wanted[$0]?.double }
        if !epsilons.isEmpty { #expect(Set(model.epsilons).isSubset(of: epsilons)) }
    }

    /// Files that differ from another project's in nothing but their contract, and are taken for that one's; it is said that it is assumed.
    private static let twins: Set<String> = [
        "treb1en_ir50", "treb1en_irse50", "treb1en_mobilefacenet", "cvlface_ir101", "adaface_ir152",
    ]
}
