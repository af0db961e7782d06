import Architectures
import ConvertIR
import ConvertJSON
import ConvertTensors
import TestSupport
import Testing

/// Which network is recognized, what does not belong to it, and what is reported.
@Suite struct RecognitionTests {
    private let small = Result { try Networks.weights("models/ir_small.pth") }

    private func error(_ weights: Weights, requested: String? = nil) -> ArchitectureError? {
        #expect(throws: ArchitectureError.self) { try Architectures.rebuild(weights, requested: requested) }
    }

    @Test("Missing, unexpected and misshapen keys are all listed") func missingUnexpectedAndMisshapenKeysAreEachListed() throws {
        let weights = try small.get().renamed { $0 == "body.2.1.residual.5.running_var" ? nil : $0 }
            .with("stray.weight", try Networks.zero(.float32, [2])).with("input_layer.1.bias", try Networks.zero(.float32, [5]))
        let found = error(weights)
        guard case .keysDoNotMatch(let source, let name, let missing, let unexpected, let misshaped, let departure?, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(source == "ir_small.pth" && name == "ir_resnet18" && missing == ["body.2.1.residual.5.running_var"])
        #expect(unexpected == ["stray.weight"] && misshaped == ["input_layer.1.bias is [5], not [4]"])
        // The first line of the description at which the two part.
        let line = try #require(departure.split(separator: " ").compactMap { Int($0.dropLast()) }.first)
        let text = try #require(FamilyCatalogue.entry("ir_resnet")?.text.split(separator: "\n", omittingEmptySubsequences: false))
        #expect(departure == "ir_resnet.family, line \(line): input_layer.1.bias is [5], not [4]")
        #expect(text[line - 1] == "{stem_norm} = batch_normalization(it)")
        for words in [
            "1 missing (body.2.1.residual.5.running_var)", "1 unexpected (stray.weight)",
            "1 of the wrong shape (input_layer.1.bias is [5], not [4])", "ir_resnet18",
        ] { #expect(found?.problem.contains(words) == true, "\(words)") }
    }

    @Test("Every single key is accounted for") func everySingleKeyIsAccountedFor() throws {
        for weights in [try small.get(), try Networks.zeros("mobilefacenet"), try small.get().asInsightface().with(Metadata())] {
            for entry in weights.entries {
                let without = weights.renamed { $0 == entry.name ? nil : $0 }
                // Without a distinctive key it is a different network or none; any other missing key must be noticed.
                if entry.name.hasSuffix("num_batches_tracked") {
                    #expect(throws: Never.self, "\(entry.name)") { try Architectures.rebuild(without) }
                } else {
                    #expect(throws: ArchitectureError.self, "\(entry.name)") { try Architectures.rebuild(without) }
                }
                guard entry.tensor.shape.count > 0 else { continue }
                let mis = weights.with(entry.name, try Networks.zero(.float32, entry.tensor.shape + [2]))
                #expect(throws: (any Error).self, "\(entry.name)") { try Architectures.rebuild(mis) }
            }
        }
    }

    @Test("Integers in place of weights are refused") func integersInPlaceOfWeightsAreRefused() throws {
        let weights = try small.get().with("input_layer.1.bias", try Networks.zero(.int64, [4]))
        #expect(throws: GraphError.wrongWeightKind(node: "input_layer.1", role: "bias", key: "input_layer.1.bias", found: "int64")) {
            try Architectures.rebuild(weights)
        }
    }

    @Test("A checkpoint whose own name disagrees is refused with the name that helps")
    func aCheckpointThatCallsItselfAnotherIsRefusedWithTheOptionThatHelps() throws {
        let weights = try small.get().with(JSONObject(["model_arch": .string("IR-ResNet34"), "image_size": .integer(112)]))
        let found = error(weights)
        #expect(found == .nameDisagrees(source: "ir_small.pth", named: "IR-ResNet34", shown: "ir_resnet18"))
        #expect(found?.decisions == [.family("ir_resnet18")])
        // The very name in the message works.
        #expect(try Architectures.rebuild(weights, requested: "ir_resnet18").model.architecture.name == "ir_resnet18")
    }

    @Test(
        "All spellings of a network's name are equivalent", arguments: ["ir_resnet18", "IR-ResNet18", "iresnet18", "ir_18", "r18", "IR18"])
    func spellingsOfItsNameAgree(_ name: String)
        throws
    {
        let weights = try small.get().with(JSONObject(["backbone": .string(name)]))
        #expect(try Architectures.rebuild(weights).unknownName == nil)
        #expect(try Architectures.rebuild(weights.with(Metadata()), requested: name).model.architecture.name == "ir_resnet18")
    }

    @Test("An unknown name is reported and the keys decide") func aNameNobodyKnowsIsToldAndTheKeysDecide() throws {
        let weights = try small.get().with(JSONObject(["model_arch": .string("our_best_net")]))
        let rebuilt = try Architectures.rebuild(weights)
        #expect(rebuilt.unknownName == "our_best_net" && rebuilt.model.architecture.name == "ir_resnet18")
    }

    @Test("A requested family must fit the keys") func whatIsAskedForMustFitTheKeys() throws {
        let weights = try small.get()
        let other = error(weights, requested: "mobilefacenet")
        #expect(other == .notThisNetwork(source: "ir_small.pth", requested: "mobilefacenet", shown: "ir_resnet18"))
        #expect(other?.decisions == [.family("ir_resnet18")])
        #expect(
            error(weights, requested: "ir_resnet34")
                == .notThisNetwork(source: "ir_small.pth", requested: "ir_resnet34", shown: "ir_resnet18"))
        #expect(error(weights, requested: "resnext") == .unknownName("resnext", known: Architectures.knownNames))
        for name in ["ir_resnet18", "inception_resnet_v1", "mobilefacenet", "mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet"] {
            #expect(Architectures.knownNames.contains(name))
        }
    }

    @Test("An unknown network lists the families and its keys") func anUnknownNetworkListsTheFamiliesAndItsKeys() throws {
        let weights = Weights(
            entries: [
                .init(name: "layer1.0.conv1.weight", tensor: try Networks.zero(.float32, [2])),
                .init(name: "fc.weight", tensor: try Networks.zero(.float32, [2])),
            ],
            provenance: Provenance(source: "resnet.pth", format: "pth", stateDictPath: ""))
        let found = error(weights)
        #expect(
            found?.problem.contains("resnet.pth: the network belongs to no known family (2 keys: layer1.0.conv1.weight, …)")
                == true)
        let lines = try #require(found).lines(after: "convert: ")
        #expect(lines.count <= 3 && lines.allSatisfy { $0.count <= 100 }, "\(lines)")
        let listing = found?.listing.joined(separator: "\n") ?? ""
        for word in [
            "ir_resnet18 has ", "inception_resnet_v1 has ", "mobilefacenet has ", "mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet",
            "conv2_dw.conv.weight", "layer1.0.conv1.weight\n  fc.weight",
        ] { #expect(listing.contains(word), "\(word): \(listing)") }
    }

    @Test("Keys of two families are not guessed") func keysOfTwoFamiliesAreNotGuessed() throws {
        let mobile = try Networks.zeros("mobilefacenet").entries
        let both = Weights(entries: try small.get().entries + mobile, provenance: try small.get().provenance)
        let found = error(both)
        #expect(found == .severalNetworks(source: "ir_small.pth", names: ["ir_resnet18", "mobilefacenet"]))
        #expect(found?.decisions == [.family("ir_resnet18")])
    }

    @Test("The same weights give the same model") func theSameWeightsGiveTheSameModel() throws {
        for weights in [try small.get(), try Networks.zeros("inception_resnet_v1"), try Networks.zeros("mobilefacenet")] {
            let (first, second) = (try Architectures.rebuild(weights).model, try Architectures.rebuild(weights).model)
            #expect(ModelDocument(first).text == ModelDocument(second).text)
            // The order of the keys does not matter.
            let turned = Weights(entries: weights.entries.reversed(), metadata: weights.metadata, provenance: weights.provenance)
            #expect(ModelDocument(try Architectures.rebuild(turned).model).text == ModelDocument(first).text)
        }
    }
}
