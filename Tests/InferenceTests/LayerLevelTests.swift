import ConvertIR
import Testing

@testable import ConvertInference

/// The order of layers, and the memory of those that are done side by side.
@Suite struct LayerLevelTests {
    /// Two branches that meet, the second one longer.
    private func branches() throws -> [FusedLayer] {
        let channels: [Dimension] = [.batch, .fixed(8), .fixed(9), .fixed(9)]
        let model = try Networks.model(
            input: channels,
            [
                ("stem", .convolution(Convolution(weight: "w")), ["input"]), ("left", .convolution(Convolution(weight: "w")), ["stem"]),
                ("right", .convolution(Convolution(weight: "w")), ["stem"]), ("far", .convolution(Convolution(weight: "w")), ["right"]),
                ("sum", .product, ["left", "far"]),
            ], outputs: ["sum"], shapes: [("w", [8, 8, 1, 1])])
        return try LayerFusion.layers(of: model)
    }

    @Test("Layers that need nothing from one another are adjacent, each after what it reads") func levels() throws {
        let layers = LayerLevels.sorted(try branches())
        #expect(layers.map(\.output) == ["stem", "left", "right", "far", "sum"])
        #expect(LayerLevels.levels(of: layers) == [0, 1, 1, 2, 3])
        // The branch that comes last in the file is begun together with the first.
        let turned = try [0, 2, 3, 1, 4].map { try branches()[$0] }
        #expect(LayerLevels.sorted(turned).map(\.output) == ["stem", "right", "left", "far", "sum"])
    }

    @Test("Values of one level share no memory") func buffers() throws {
        let layers = LayerLevels.sorted(try branches())
        let extent = try #require(ValueExtent(ValueType([.batch, .fixed(8), .fixed(9), .fixed(9)])))
        let names = ["input"] + layers.map(\.output)
        let plan = BufferPlan(
            layers: layers, input: ("input", extent), extents: Dictionary(names.map { ($0, extent) }, uniquingKeysWith: { $1 }),
            borders: [:],
            outputs: ["sum"])
        func place(_ name: String) throws -> Range<Int> {
            let buffer = plan.buffers[try #require(plan.views[name]).buffer]
            return buffer.offset..<buffer.offset + buffer.imageStride
        }
        // While `left` and `right` are written, `stem` is read.
        let together = try ["stem", "left", "right"].map(place)
        for (index, one) in together.enumerated() {
            for other in together[(index + 1)...] { #expect(!one.overlaps(other)) }
        }
        // `far` comes a level later, when nobody reads `stem` any longer.
        #expect(try place("far").overlaps(place("stem")) || place("far").overlaps(place("input")))
    }

    @Test("Weights in common pieces of memory are apart from one another, aligned and zero") func weightStore() throws {
        var store = WeightStore()
        var parts: [FloatMemory] = []
        for count in [1, 16, 1000, 1_048_577, 70_000, 3_000_000, 5, 900_000, 900_000] {
            let part = try store.memory(count)
            #expect(part.count == count && UInt(bitPattern: part.base) % 64 == 0)
            #expect((0..<count).allSatisfy { part.base[$0] == 0 })
            for index in 0..<count { part.base[index] = Float(parts.count + 1) }
            parts.append(part)
        }
        for (index, part) in parts.enumerated() { #expect((0..<part.count).allSatisfy { part.base[$0] == Float(index + 1) }) }
        // A part keeps its piece.
        let last = parts[parts.count - 1]
        parts = []
        store = WeightStore()
        #expect(last.base[899_999] == 9)
        #expect(FloatMemory(last, first: 16, count: 899_985) == nil)
    }
}
