import ConvertFiles
import ConvertIR
import ConvertTensors
import Testing

@testable import Verifier

/// How two sets of weights differ, counted by hand.
@Suite struct WeightsDifferenceTests {
    private func tensor(_ values: [Float], _ shape: [Int]? = nil) throws -> Tensor {
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        return try Tensor(
            dtype: .float32, shape: shape ?? [values.count], storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    private func weights(_ tensors: [(String, Tensor)]) -> Weights {
        Weights(
            entries: tensors.map { Weights.Entry(name: $0.0, tensor: $0.1) },
            provenance: Provenance(source: "", format: "", stateDictPath: ""))
    }

    @Test("Distances, counts and the order are those by hand") func distancesAreThoseByHand() throws {
        let first = weights([
            ("same", try tensor([1, 2])), ("near", try tensor([3, 4, 0])), ("far", try tensor([0, 1])), ("shape", try tensor([1, 2])),
            ("gone", try tensor([1])),
        ])
        let second = weights([
            ("near", try tensor([3, 4, 0.5])), ("far", try tensor([2, 1])), ("same", try tensor([1, 2])),
            ("shape", try tensor([1, 2], [2, 1])), ("new", try tensor([1])),
        ])
        let found = try WeightsDifference(first, second)
        #expect(found.same == ["same"] && found.onlyFirst == ["gone"] && found.onlySecond == ["new"])
        #expect(
            found.moved == [
                .init(name: "far", shape: [2], count: 1, largest: 2, relative: 2),
                .init(name: "near", shape: [3], count: 1, largest: 0.5, relative: 0.1),
            ])
        #expect(found.changed == [.init(name: "shape", first: "float32 [2]", second: "float32 [2, 1]")])
        // (0.25 + 4) over (5 + 25 + 1).
        #expect(abs((found.relative ?? 0) - (4.25 / 31).squareRoot()) < 1e-15)
    }

    @Test("Rounded tensors are compared as numbers, and their dtypes reported") func roundedTensorsAreComparedAsNumbers() throws {
        let first = weights([("exact", try tensor([1, 0.5])), ("rounded", try tensor([0.1, 1]))])
        let found = try WeightsDifference(first, try first.rounded(to: .float16))
        #expect(found.same == ["exact"] && found.retyped.map(\.name) == ["exact", "rounded"])
        #expect(found.moved.map(\.name) == ["rounded"] && found.moved[0].count == 1 && (found.moved[0].relative ?? 1) < 1e-4)
    }

    @Test("Numbers that are not finite come first, and two NaNs are the same") func numbersThatAreNotFinite() throws {
        let first = weights([("moved", try tensor([1, 1])), ("nan", try tensor([.nan, 1])), ("broken", try tensor([1, 1]))])
        let second = weights([("moved", try tensor([9, 1])), ("nan", try tensor([.nan, 1])), ("broken", try tensor([.nan, 1]))])
        let found = try WeightsDifference(first, second)
        #expect(found.same == ["nan"] && found.moved.map(\.name) == ["broken", "moved"] && found.moved[0].largest == 0)
    }

    @Test("Integers are compared exactly, zeros have no length, and what overflows has no distance") func integersAreComparedExactly()
        throws
    {
        func integers(_ values: [Int64]) throws -> Tensor {
            let bytes = values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
            return try Tensor(
                dtype: .int64, shape: [values.count], storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
        }
        func wide(_ values: [Double]) throws -> Tensor {
            let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
            return try Tensor(
                dtype: .float64, shape: [values.count], storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
        }
        let first = weights([("large", try integers([1 << 53])), ("was zero", try tensor([0])), ("huge", try wide([1e200]))])
        let second = weights([("large", try integers([1 << 53 + 1])), ("was zero", try tensor([1])), ("huge", try wide([2e200]))])
        let found = try WeightsDifference(first, second)
        #expect(found.same.isEmpty && found.moved.map(\.name) == ["huge", "large", "was zero"])
        #expect(found.moved.map(\.count) == [1, 1, 1] && found.moved.map(\.relative) == [nil, 0, .infinity])
        #expect(found.moved.first?.largest == 1e200 && found.relative == nil)
        #expect(try WeightsDifference(first, first).same.count == 3)
    }

    @Test("A wrapper's prefix on one side is taken off", arguments: [false, true]) func aWrappersPrefixIsTakenOff(_ isSecond: Bool) throws {
        let plain = weights([("a", try tensor([1])), ("b", try tensor([2]))])
        let wrapped = weights([("module.a", try tensor([1])), ("module.b", try tensor([3]))])
        let found = isSecond ? try WeightsDifference(plain, wrapped) : try WeightsDifference(wrapped, plain)
        #expect(found.strippedPrefix == "module." && found.onlyFirst.isEmpty && found.onlySecond.isEmpty)
        #expect(found.same.count == 1 && found.moved.map(\.largest) == [1])
    }
}
