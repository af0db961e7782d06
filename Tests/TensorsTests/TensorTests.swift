import Files
import Testing

@testable import Tensors

private func storage(_ count: Int) -> Storage {
    Storage(name: "s", bytes: ByteView(copying: (0..<count).map { UInt8(truncatingIfNeeded: $0) }, name: "s"))
}

@Suite struct TensorTests {
    @Test func viewsPastTheirStorageAreRefused() {
        let bytes = storage(16)
        #expect(throws: Never.self) { try Tensor(dtype: .float32, shape: [2, 2], strides: [2, 1], offset: 0, storage: bytes) }
        #expect(throws: TensorError.self) { try Tensor(dtype: .float32, shape: [2, 2], strides: [2, 1], offset: 1, storage: bytes) }
        #expect(throws: TensorError.self) { try Tensor(dtype: .float32, shape: [2], strides: [-1], offset: 1, storage: bytes) }
        #expect(throws: TensorError.self) {
            try Tensor(dtype: .float32, shape: [1 << 40, 1 << 40], strides: [1 << 40, 1], offset: 0, storage: bytes)
        }
        #expect(throws: TensorError.self) { try Tensor(dtype: .uint8, shape: [2], strides: [Int.max], offset: 5, storage: bytes) }
        #expect(throws: TensorError.self) {
            try Tensor(dtype: .float32, shape: [1 << 20, 1 << 20], strides: [0, 0], offset: 0, storage: bytes)
        }
    }

    @Test func stridesAlongSizesOf1MayBeAnything() throws {
        let huge = [Int.max, 3, 1 << 62, 1]
        let tensor = try Tensor(dtype: .uint8, shape: [1, 2, 1, 2], strides: huge, offset: 1, storage: storage(8))
        #expect(tensor.usedBytes == 1..<6)
        #expect(try tensor.cOrderBytes().array == [1, 2, 4, 5])
        let single = try Tensor(dtype: .float32, shape: [1, 1], strides: [Int.max, Int.max], offset: 1, storage: storage(8))
        #expect(try single.cOrderBytes().array == [4, 5, 6, 7])
    }

    @Test func emptyTensorsTouchNothing() throws {
        let tensor = try Tensor(dtype: .float32, shape: [3, 0, 2], strides: [2, 2, 1], offset: 99, storage: storage(0))
        #expect(tensor.byteCount == 0)
        try tensor.forEachCOrderWindow { _ in Issue.record("nothing is there") }
    }

    @Test(arguments: [1, 3, 7, 64]) func gatheringFollowsTheDefinition(_ window: Int) throws {
        let shape = [3, 2, 4]
        let strides = [1, 12, 3]
        let tensor = try Tensor(dtype: .uint8, shape: shape, strides: strides, offset: 2, storage: storage(40))
        var expected: [UInt8] = []
        for i in 0..<3 { for j in 0..<2 { for k in 0..<4 { expected.append(UInt8(2 + i * 1 + j * 12 + k * 3)) } } }
        var found: [UInt8] = []
        try tensor.forEachCOrderWindow(windowSize: window) { found.append(contentsOf: $0) }
        #expect(found == expected)
        #expect(try tensor.cOrderBytes().array == expected)
    }

    @Test func sizesOfOneDoNotMakeATensorStrided() throws {
        let tensor = try Tensor(dtype: .uint8, shape: [1, 4, 1], strides: [77, 1, 9], offset: 0, storage: storage(4))
        #expect(tensor.isContiguous)
    }
}

@Suite struct NarrowFloatTests {
    @Test func float16IsWhatTheHardwareMakesOfIt() {
        for bits in UInt16.min...UInt16.max {
            let (own, native) = (NarrowFloat.float16(bits), Float(Float16(bitPattern: bits)))
            #expect(own.bitPattern == native.bitPattern || (own.isNaN && native.isNaN))
        }
    }

    @Test func float8HasTheValuesOfItsStandards() {
        #expect(NarrowFloat.float8(0x7E, .float8E4M3FN) == 448)
        #expect(NarrowFloat.float8(0x01, .float8E4M3FN) == 0x1p-9)
        #expect(NarrowFloat.float8(0x7F, .float8E4M3FN)?.isNaN == true)
        #expect(NarrowFloat.float8(0x7B, .float8E5M2) == 57344)
        #expect(NarrowFloat.float8(0xFC, .float8E5M2) == -.infinity)
        #expect(NarrowFloat.float8(0x7F, .float8E4M3FNUZ) == 240)
        #expect(NarrowFloat.float8(0x7F, .float8E5M2FNUZ) == 57344)
        #expect(NarrowFloat.float8(127, .float8E8M0FNU) == 1)
    }

    @Test func statisticsCountWhatIsNoNumber() throws {
        let values: [Float] = [1, -3, .nan, .infinity, 2, -.infinity]
        let bytes = values.withUnsafeBytes { Array($0) }
        let tensor = try Tensor(dtype: .float32, shape: [6], storage: Storage(name: "s", bytes: ByteView(copying: bytes, name: "s")))
        let found = try #require(try TensorStatistics(of: tensor))
        #expect(found.nanCount == 1 && found.infinityCount == 2 && found.minimum == -3 && found.maximum == 2 && found.mean == 0)
    }
}
