import ConvertFiles
import Testing

@testable import ConvertTensors

private func storage(_ count: Int) -> Storage {
    Storage(name: "s", bytes: ByteView(copying: (0..<count).map { UInt8(truncatingIfNeeded: $0) }, name: "s"))
}

@Suite struct TensorTests {
    @Test("Views that exceed their storage, or 64 bits, are refused")
    func viewsPastTheirStorageAreRefused() {
        let bytes = storage(16)
        #expect(throws: Never.self) { try Tensor(dtype: .float32, shape: [2, 2], strides: [2, 1], offset: 0, storage: bytes) }
        #expect(throws: TensorError.pastStorage(storage: "s", shape: [2, 2], strides: [2, 1], offset: 1, needed: 20, available: 16)) {
            try Tensor(dtype: .float32, shape: [2, 2], strides: [2, 1], offset: 1, storage: bytes)
        }
        #expect(throws: TensorError.negative(storage: "s", shape: [2], strides: [-1], offset: 1)) {
            try Tensor(dtype: .float32, shape: [2], strides: [-1], offset: 1, storage: bytes)
        }
        #expect(throws: TensorError.overflow(storage: "s", shape: [1 << 40, 1 << 40], strides: [1 << 40, 1])) {
            try Tensor(dtype: .float32, shape: [1 << 40, 1 << 40], strides: [1 << 40, 1], offset: 0, storage: bytes)
        }
        #expect(throws: TensorError.overflow(storage: "s", shape: [2], strides: [.max])) {
            try Tensor(dtype: .uint8, shape: [2], strides: [Int.max], offset: 5, storage: bytes)
        }
        #expect(throws: TensorError.expandsTooFar(storage: "s", shape: [1 << 20, 1 << 20], byteCount: 1 << 42, available: 16)) {
            try Tensor(dtype: .float32, shape: [1 << 20, 1 << 20], strides: [0, 0], offset: 0, storage: bytes)
        }
    }

    @Test("Strides along dimensions of size 1 may be anything")
    func stridesAlongSizesOf1MayBeAnything() throws {
        let huge = [Int.max, 3, 1 << 62, 1]
        let tensor = try Tensor(dtype: .uint8, shape: [1, 2, 1, 2], strides: huge, offset: 1, storage: storage(8))
        #expect(tensor.usedBytes == 1..<6)
        #expect(try tensor.cOrderBytes().array == [1, 2, 4, 5])
        let single = try Tensor(dtype: .float32, shape: [1, 1], strides: [Int.max, Int.max], offset: 1, storage: storage(8))
        #expect(try single.cOrderBytes().array == [4, 5, 6, 7])
    }

    @Test("Empty tensors read nothing")
    func emptyTensorsTouchNothing() throws {
        let tensor = try Tensor(dtype: .float32, shape: [3, 0, 2], strides: [2, 2, 1], offset: 99, storage: storage(0))
        #expect(tensor.byteCount == 0)
        try tensor.forEachCOrderWindow { _ in Issue.record("nothing is there") }
    }

    @Test("Gathering by strides follows the definition, whatever the window", arguments: [1, 3, 7, 64])
    func gatheringFollowsTheDefinition(_ window: Int) throws {
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

    @Test("A tensor is contiguous whatever its strides along dimensions of size 1")
    func sizesOfOneDoNotMakeATensorStrided() throws {
        let tensor = try Tensor(dtype: .uint8, shape: [1, 4, 1], strides: [77, 1, 9], offset: 0, storage: storage(4))
        #expect(tensor.isContiguous)
    }
}
