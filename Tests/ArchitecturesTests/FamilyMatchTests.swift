import ConvertFiles
import ConvertIR
import Foundation
import TestSupport
import Testing

@testable import Architectures

/// Which descriptions a file fits, what is said where it fits none or several, and what the built-in ones have in common.
@Suite struct FamilyMatchTests {
    private func match(_ texts: [String], _ weights: Weights, requested: String? = nil) throws -> FamilyAttempt {
        let families = try texts.enumerated().map { try FamilyDescription(text: $0.element, file: "\($0.offset).family") }
        let found = try FamilyMatch(weights, among: families, isOwn: false, given: GivenChoice())
        return try found.checked(try found.choose(requested: requested))
    }

    private func named(_ name: String) -> String { Family.whole.replacing("family tiny", with: "family \(name)") }

    @Test("Weights that two descriptions wire differently are an error that names both, and naming one decides")
    func twoWirings() throws {
        let strided = named("strided").replacing("padding=1", with: "padding=1 stride=2")
        let error = #expect(throws: ArchitectureError.self) { try match([named("plain"), strided], try Family.weights()) }
        #expect(error == .severalNetworks(source: "tiny.pth", names: ["plain", "strided"]))
        #expect(error?.decisions == [.family("plain")] && error?.problem.contains("plain, strided") == true)
        #expect(try match([named("plain"), strided], try Family.weights(), requested: "strided").name == "strided")
        #expect(try match([named("plain"), strided], try Family.weights(), requested: "Plain").name == "plain")
        // Networks of the same name are told apart by the families'.
        let same = [named("plain"), strided].map { $0.replacing("recognize", with: "name net\nrecognize") }
        let second = #expect(throws: ArchitectureError.self) { try match(same, try Family.weights()) }
        #expect(second == .severalNetworks(source: "tiny.pth", names: ["plain", "strided"]))
        #expect(try match(same, try Family.weights(), requested: "strided").graph?.text().contains("stride=2x2") == true)
    }

    @Test("Two descriptions of the same wiring are no conflict, whatever they call its values")
    func oneWiring() throws {
        let renamed = named("second").replacing("pool = ", with: "mean_of_map = ").replacing("flat = ", with: "vector = ")
        #expect(try match([named("first"), renamed], try Family.weights()).name == "first")
        #expect(try match([renamed, named("first")], try Family.weights()).name == "second")
    }

    @Test("An unknown name and the name of a different network are errors")
    func names() throws {
        #expect(throws: ArchitectureError.unknownName("wide", known: ["tiny"])) {
            try match([Family.whole], try Family.weights(), requested: "wide")
        }
        let other = named("other").replacing("conv1", with: "conv9")
        #expect(throws: ArchitectureError.notThisNetwork(source: "tiny.pth", requested: "other", shown: "tiny")) {
            try match([Family.whole, other], try Family.weights(), requested: "other")
        }
    }

    @Test("Keys are found under any prefix, and the shortest one counts")
    func prefixes() throws {
        for prefix in ["module.", "a.b.", "é."] {
            let shapes = Family.shapes.map { (prefix + $0.0, $0.1) }
            #expect(try match([Family.whole], try Family.weights(shapes)).prefix == prefix)
            #expect(try Family.rebuild(Family.whole, try Family.weights(shapes)).prefix == prefix)
        }
        // Part of a name is not a prefix.
        let glued = Family.shapes.map { ("my" + $0.0, $0.1) }
        #expect(throws: ArchitectureError.self) { try match([Family.whole], try Family.weights(glued)) }
    }

    @Test("A caller's description whose keys differ says where, with file and line")
    func departures() throws {
        let renamed = Family.shapes.map { ($0.0 == "bn1.running_mean" ? "bn1.mean" : $0.0, $0.1) }
        let error = #expect(throws: ArchitectureError.self) { try Family.rebuild(Family.whole, try Family.weights(renamed)) }
        let problem = try #require(error?.problem)
        #expect(problem.contains("first difference: mine.family, line 6: bn1.running_mean is missing"), "\(problem)")
        #expect(problem.contains("1 missing (bn1.running_mean), 1 unexpected (bn1.mean)"), "\(problem)")
        let wide = Family.shapes.map { ($0.0, $0.0 == "fc.weight" ? [2, 5] : $0.1) }
        let shape = #expect(throws: ArchitectureError.self) { try Family.rebuild(Family.whole, try Family.weights(wide)) }
        #expect(shape?.problem.contains("mine.family, line 9: fc.weight is [2, 5], not") == true, "\(String(describing: shape))")
        let more = Family.shapes + [("conv2.weight", [1])]
        let surplus = #expect(throws: ArchitectureError.self) { try Family.rebuild(Family.whole, try Family.weights(more)) }
        #expect(surplus?.problem.contains("1 unexpected (conv2.weight)") == true, "\(String(describing: surplus))")
    }

    @Test("The closest family is named, whichever key a file of it has under a different name")
    func nearlyFitting() throws {
        let names = [
            "models/ir_small.pth": "ir_resnet", "training/small_epoch_003.pth": "ir_resnet",
        ]
        for (file, family) in names {
            let read = try Networks.weights(file)
            for weights in [read, read.asInsightface()] {
                for entry in weights.entries where !entry.name.hasSuffix("num_batches_tracked") {
                    let renamed = weights.renamed { $0 == entry.name ? "renamed.thing" : $0 }
                    let error = #expect(throws: ArchitectureError.self) { try Architectures.rebuild(renamed) }
                    #expect(error?.problem.contains(family) == true, "\(entry.name): \(error?.problem ?? "")")
                }
            }
        }
    }

    @Test("Keys that a caller's description leaves out are said")
    func leftOut() throws {
        let most = "family x\nimage channels=3 size=8\nconv1 = convolution(it)\nleave_out *\noutput e = it"
        let rebuilt = try Family.rebuild(most)
        #expect(rebuilt.remarks.first?.hasPrefix("mine.family leaves out 7 of the 8 keys: bn1.weight, bn1.bias, ") == true)
        #expect(rebuilt.droppedKeys.count == 7)
        // A head that is left out without being named is the usual case.
        let head = Family.shapes + [("head.weight", [5, 2])]
        let usual = try Family.rebuild(Family.whole, try Family.weights(head))
        #expect(usual.remarks.isEmpty && usual.droppedKeys == ["head.weight"])
        let one = try Family.rebuild(
            Family.whole + "\nleave_out extra.*", try Family.weights(Family.shapes + [("extra.w", [1]), ("extra.v", [1])]))
        #expect(one.remarks == ["mine.family leaves out 2 of the 10 keys: extra.w, extra.v"])
    }

    @Test("A caller's network that reads nothing, or takes other images than it says, is refused; values for nothing are said")
    func senselessNetworks() throws {
        for (text, expected) in [
            (
                "family x\nimage channels=3 size=8\nr = relu(it)\nleave_out *\noutput e = r",
                "mine.family, line 5: the network reads no weight"
            ),
            (Family.whole.replacing("bgr mean=1,2,3", with: "gray mean=1"), "the image has 3 channels, but the contract says gray"),
        ] {
            let error = #expect(throws: FamilyError.self) { try Family.rebuild(text) }
            #expect(error?.problem.contains(expected) == true, "\(String(describing: error))")
        }
        let side = Family.whole.replacing("pool = global", with: "side = relu(bn1)\nmore = relu(side)\npool = global")
            .replacing("global_average_pool(it)", with: "global_average_pool(bn1)")
        #expect(try Family.rebuild(side).remarks == ["mine.family has 2 values that no output depends on: side, more"])
    }

    @Test("A caller's description of another family says which of its keys is missing")
    func notRecognized() throws {
        let text = Family.whole.replacing("recognize ", with: "recognize stem.weight ").replacing("bn1 =", with: "x{unknown} =")
        let error = #expect(throws: ArchitectureError.self) { try Family.rebuild(text) }
        let problem = error?.problem ?? ""
        #expect(problem.contains("mine.family, line 2: stem.weight, by which the family is recognized, is missing"), "\(problem)")
    }

    @Test("A project that is named chooses its variant as a whole")
    func likeness() throws {
        let text = Family.whole.replacing(
            "image",
            with: "variant second epsilon=0.5 deviation=8 normalized\nvariant third epsilon=0.25 remark=\"look\"\nwhen untrained\nimage")
        let families = [try FamilyDescription(text: text, file: "0.family")]
        for (likeness, epsilon, remarks) in [("second", 0.5, []), ("tiny", 1e-5, []), (nil, 0.25, ["look"]), ("other", 0.25, ["look"])] {
            let profile = likeness.map { name in families[0].contracts.profiles.first { $0.name == name } ?? ContractProfile(name) }
            let match = try FamilyMatch(try Family.weights(), among: families, isOwn: false, given: GivenChoice(likeness: profile))
            let found = try match.choose(requested: nil)
            #expect(found.graph?.text().contains("epsilon=\(epsilon == 1e-5 ? "1e-05" : "\(epsilon)")") == true, "\(likeness ?? "none")")
            #expect(found.remarks == remarks && found.contract.isNormalized == (likeness == "second"))
        }
        #expect(ContractProfile.named("mtcnn_pnet") == nil && ContractProfile.named("r18") != nil)
    }

    @Test("A graph's text is a description of one network, with the same checks")
    func plainGraphs() throws {
        let graph = try Family.rebuild(Family.whole).model.graph
        let again = try Family.rebuild(graph.text()).model
        #expect(again.graph == graph && again.architecture.name == "mine")
        // A layer without scale stays without.
        let bare = graph.text().replacing(" scale=bn1.weight bias=bn1.bias", with: "")
        let error = #expect(throws: ArchitectureError.self) { try Family.rebuild(bare) }
        #expect(error?.problem.contains("2 unexpected (bn1.weight, bn1.bias)") == true, "\(String(describing: error))")
        let missing = #expect(throws: ArchitectureError.self) {
            try Family.rebuild(graph.text().replacing("weight=fc.weight", with: "weight=fc2.weight"))
        }
        #expect(missing?.problem.contains("mine.family, line 6: fc2.weight is missing") == true, "\(String(describing: missing))")
    }

    @Test("Signs choose the variant, and what a variant does not say is as in the contract")
    func variants() throws {
        let shapes = Family.shapes.map { ("net." + $0.0, $0.1) }
        for (sign, holds) in [
            ("prefix net.", true), ("prefix module.", false), ("prefix n*", true), ("key net.fc.*", true), ("key net.fc.bias", true),
            ("key fc.bias", false), ("key *.fc.*s", true), ("without net.fc.bias", false), ("without head.*", true),
            ("size net.fc.weight 0 2", true), ("size *fc.weight 1 4", true), ("size *fc.weight 0 4", false), ("size *fc.weight 2 4", false),
            ("size fc.weight 0 2", false), ("metadata depth 3", true), ("metadata depth 4", false), ("metadata run.depth 5", true),
            ("metadata run.depth *", true), ("metadata run *", false),
            ("untrained", true), ("untrained and metadata depth 4", false), ("untrained and metadata depth 3", true),
            ("metadata depth 4\nwhen untrained", true),
        ] {
            let text = Family.whole.replacing("image", with: "variant second deviation=8 normalized remark=\"look\"\nwhen \(sign)\nimage")
                .replacing("output", with: "if normalized\nunit = l2_normalize(it) axis=1 epsilon=1e-12\nend\noutput")
            let found = try Family.rebuild(text, try Family.weights(shapes))
            let contract = found.model.contract
            #expect(contract.standardDeviation == (holds ? 8 : 4) && contract.isNormalized == holds, "\(sign)")
            #expect(contract.channelOrder == .bgr && contract.mean?.values == [1, 2, 3] && contract.crop == .whole, "\(sign)")
            #expect(found.remarks == (holds ? ["look"] : []), "\(sign)")
        }
        // A variant without a sign is only taken by name.
        let unsigned = try Family.rebuild(Family.whole.replacing("image", with: "variant second deviation=8\nimage"))
        #expect(unsigned.model.contract.standardDeviation == 4)
    }

    @Test("Nothing that a file holds makes a built-in description fail as one")
    func hostileWeights() throws {
        let start = try Networks.weights("models/ir_small.pth")
        for family in BuiltInFamilies.all {
            for size in [0, 1, 1 << 40] {
                let keys = Set(family.signatures.joined()).sorted()
                let entries = try keys.map { Weights.Entry(name: $0, tensor: try Networks.zero(.float32, [size, 0, 1, 1])) }
                let weights = Weights(entries: entries, provenance: start.provenance)
                let error = #expect(throws: (any Error).self) { try Architectures.rebuild(weights) }
                #expect(error is ArchitectureError || error is GraphError, "\(family.name): \(String(describing: error))")
            }
        }
    }

    @Test("Every built-in description is read, and every file of the folder is one")
    func builtIn() throws {
        let folder = "\(Fixtures.root)/Sources/Architectures/Descriptions"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        #expect(files.sorted() == BuiltInFamilies.files.map(\.name).sorted() && files.count > 20)
        #expect(FamilyCatalogue.names == FamilyCatalogue.entries.map(\.name))
        for head in try BuiltInFamilies.read.get() {
            let family = try head.whole()
            #expect("\(family.name).family" == family.file)
            #expect(
                !family.about.isEmpty && !family.signatures.isEmpty && family.contracts.isStated && !family.body.isEmpty, "\(family.name)")
        }
        #expect(Set(BuiltInFamilies.all.map(\.name)).count == files.count)
        let networks = BuiltInFamilies.all.flatMap { $0.networks.flatMap { [$0.name.text] + $0.aliases } }
        #expect(Set(networks).count == networks.count, "a name stands for two networks")
    }

    @Test("Contracts of one name have the same facts in every family")
    func contracts() {
        var first: [String: (facts: String, family: String)] = [:]
        for family in BuiltInFamilies.all {
            for profile in family.contracts.profiles {
                let facts =
                    "ε \(profile.epsilon) \(profile.channelOrder) \(profile.mean) \(profile.standardDeviation) \(profile.crop) "
                    + "\(profile.isNormalized) \(profile.hasEmbedding)"
                let known = first[profile.name] ?? (facts, family.name)
                first[profile.name] = known
                #expect(known.facts == facts, "\(profile.name) of \(known.family) and of \(family.name)")
            }
        }
        #expect(first.count > 20)
    }
}
