import ConvertFiles
import ConvertTensors
import Testing

@Suite struct TensorStatisticsTests {
    @Test("Statistics count NaN and infinities and leave them out of the rest")
    func statisticsCountWhatIsNoNumber() throws {
        let values: [Float] = [1, -3, .nan, .infinity, 2, -.infinity]
        let bytes = values.withUnsafeBytes { Array($0) }
        let tensor = try Tensor(dtype: .float32, shape: [6], storage: Storage(name: "s", bytes: ByteView(copying: bytes, name: "s")))
        let found = try #require(try TensorStatistics(of: tensor))
        #expect(found.nanCount == 1 && found.infinityCount == 2 && found.minimum == -3 && found.maximum == 2 && found.mean == 0)
    }
}
