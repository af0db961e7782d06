import Architectures
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Testing

/// What is said of a checkpoint in which one weight is missing or has another shape.
@Suite struct FamilyDepartureTests {
    /// Weights that make another network of the same family: a last layer without its bias, and one slope, which fits two channels as two slopes.
    private static let accepted = ["fc.bias", "se.fc.1.weight", "primary_conv.2.weight", "cheap_operation.2.weight"]

    private func problem(_ weights: Weights) -> String? {
        do {
            _ = try Architectures.rebuild(weights)
            return nil
        } catch {
            // A path before a reason belongs to the keys in it.
            return ((error as? any DescribedError)?.problem ?? "\(error)").replacing(": ", with: ".")
        }
    }

    @Test("A weight that is missing or has another shape is named, whichever one it is", arguments: FamilyFixture.names)
    func oneWeight(_ name: String) throws {
        let weights = try FamilyFixture(name).weights
        let rebuilt = try Architectures.rebuild(weights)
        let used = rebuilt.model.graph.weightKeys
        let keys = weights.entries.map(\.name).filter { used.contains($0) }
        let step = max(keys.count / 40, 1)
        for (place, key) in keys.enumerated() where place < 8 || place % step == 0 || place > keys.count - 6 {
            let others = weights.entries.filter { $0.name != key }
            let missing = problem(Weights(entries: others, metadata: weights.metadata, provenance: weights.provenance))
            let isAccepted = FamilyDepartureTests.accepted.contains { key.hasSuffix($0) }
            #expect(
                missing?.contains(key.dropFirst(rebuilt.prefix.count)) ?? isAccepted,
                "without \(key): \(missing?.prefix(300) ?? "accepted")")
            guard let shape = weights[key]?.shape, !shape.isEmpty else { continue }
            let wide = [shape[0] + 1] + shape.dropFirst()
            let misshaped = problem(try replacing(key, in: weights, by: wide))
            #expect(
                misshaped?.contains(key.dropFirst(rebuilt.prefix.count)) ?? isAccepted,
                "\(key) as \(wide): \(misshaped?.prefix(300) ?? "accepted")")
        }
    }

    @Test(
        "Counters of batches decide no wiring: without them the network is the same, or an error says what decides",
        arguments: FamilyFixture.names)
    func counters(_ name: String) throws {
        let weights = try FamilyFixture(name).weights
        let graph = try Architectures.rebuild(weights).model.graph
        let stripped = Weights(
            entries: weights.entries.filter { !$0.name.hasSuffix("num_batches_tracked") }, metadata: weights.metadata,
            provenance: weights.provenance, epsilons: weights.epsilons)
        /// What a node does, whatever ε is assumed.
        func wiring(_ graph: Graph) -> [String] {
            graph.text().split(separator: "\n").map { line in
                line.split(separator: " ").filter { !$0.hasPrefix("epsilon=") }.joined(separator: " ")
            }
        }
        do {
            #expect(wiring(try Architectures.rebuild(stripped).model.graph) == wiring(graph))
        } catch ArchitectureError.severalWirings(_, _, _, let projects) {
            let graphs = try projects.map { project in
                wiring(try Architectures.rebuild(stripped, likeness: ContractProfile.named(project)).model.graph)
            }
            #expect(Set(graphs).count > 1 && graphs.contains(wiring(graph)), "\(projects)")
        }
    }

    @Test("A convolution of another window is another network, unless its padding follows the window", arguments: FamilyFixture.names)
    func windows(_ name: String) throws {
        let weights = try FamilyFixture(name).weights
        let keys = try Architectures.rebuild(weights).model.graph.nodes.compactMap { node -> String? in
            if case .convolution(let layer) = node.operation { layer.weight } else { nil }
        }
        let step = max(keys.count / 12, 1)
        for (place, key) in keys.enumerated() where place < 4 || place % step == 0 || place > keys.count - 3 {
            guard let shape = weights[key]?.shape, shape.count == 4 else { continue }
            for window in [[shape[2] + 2, shape[3] + 2], [shape[2] + 1, shape[3]], [1, 1]] where window != Array(shape.suffix(2)) {
                let other = try replacing(key, in: weights, by: Array(shape.prefix(2)) + window)
                guard let model = try? Architectures.rebuild(other).model else { continue }
                for node in model.graph.nodes {
                    guard case .convolution(let layer) = node.operation, layer.weight == key else { continue }
                    // The last window is as large as the last map, and the first one of a transformer is a patch.
                    let isWhole = layer.padding.isZero && (layer.stride.height == window[0] || layer.groups == shape[0])
                    #expect(
                        isWhole
                            || layer.padding == Padding2D(vertical: window[0] / 2, horizontal: window[1] / 2)
                                && !window.contains { $0.isMultiple(of: 2) },
                        "\(key) as \(window): \(layer.padding)")
                }
            }
        }
    }

    @Test("A map of a few places is no image, unless its size is given", arguments: [1, 2, 4, 5, 43])
    func smallMaps(_ places: Int) throws {
        let weights = try FamilyFixture("insightface_r18").weights
        let shape = try #require(weights["fc.weight"]?.shape)
        let maps = shape[1] / 49
        let small = try replacing("fc.weight", in: weights, by: [shape[0], maps * places])
        let error = #expect(throws: ArchitectureError.self) { try Architectures.rebuild(small) }
        #expect(error?.problem.contains("no image of a usual size gives such a map") == true, "\(error?.problem ?? "accepted")")
        guard [1, 2, 4].contains(places) else { return }
        let side = GivenFacts.ImageSize(height: places == 1 ? 16 : 32, width: places == 4 ? 32 : 16)
        let norms = try replacing("fc.weight", in: small, by: [shape[0], maps * places])
        #expect(try Architectures.rebuild(norms, imageSize: side).model.contract.height == side.height)
    }

    @Test(
        "Heads, which weights do not show, are said among what is assumed",
        arguments: FamilyFixture.names.filter { $0.contains("vit") || $0.contains("transface") })
    func heads(_ name: String) throws {
        let weights = try FamilyFixture(name).weights
        let model = try Architectures.rebuild(weights).model
        let count = try #require(model.architecture.hyperparameters["heads"]?.integer)
        #expect(model.assumedLine?.contains("\(count) heads") == true, "\(model.assumedLine ?? "")")
        guard !name.hasPrefix("face_transformer") else { return }
        let stated = Weights(
            entries: weights.entries, metadata: Metadata(["num_heads": .integer(4)]), provenance: weights.provenance)
        let four = try Architectures.rebuild(stated).model
        #expect(four.architecture.hyperparameters["heads"]?.integer == 4 && four.assumedLine?.contains("heads") == false)
    }

    private func replacing(_ key: String, in weights: Weights, by shape: [Int]) throws -> Weights {
        let tensor = try Tensor(
            dtype: .float32, shape: shape, strides: shape.map { _ in 0 }, offset: 0,
            storage: Storage(name: key, bytes: .init(copying: [0, 0, 0, 0], name: key)))
        return Weights(
            entries: weights.entries.map { $0.name == key ? .init(name: key, tensor: tensor) : $0 }, metadata: weights.metadata,
            provenance: weights.provenance, epsilons: weights.epsilons)
    }
}
