import Kernels
import Testing

/// Which paths the tests of this run have covered; one that the processor lacks is told as skipped.
@Suite struct PathTests {
    @Test(.enabled(if: Kernels.avx512 != nil, "this processor has no AVX-512: its loops are not tested here"))
    func theLoopsForAVX512AreTested() { #expect(tables.contains { $0.name == "AVX-512" }) }

    @Test(.enabled(if: Kernels.avx2 != nil, "this processor has no AVX2 and FMA: their loops are not tested here"))
    func theLoopsForAVX2AreTested() { #expect(tables.contains { $0.name == "AVX2 and FMA" }) }

    @Test func theBaselineIsTestedAndTheBestPathIsTheFirst() {
        #expect(tables.last?.name == Kernels.baseline.name)
        #expect(tables.first?.name == Kernels.best.name)
    }
}
