import Kernels
import Testing

/// Which kernels this run tests; those that the processor does not support are reported as skipped.
@Suite struct PathTests {
    @Test(
        "The AVX-512 kernels are tested",
        .enabled(if: Kernels.avx512 != nil, "this processor has no AVX-512: its loops are not tested here"))
    func theLoopsForAVX512AreTested() { #expect(tables.contains { $0.name == "AVX-512" }) }

    @Test(
        "The AVX2 kernels are tested",
        .enabled(if: Kernels.avx2 != nil, "this processor has no AVX2 and FMA: their loops are not tested here"))
    func theLoopsForAVX2AreTested() { #expect(tables.contains { $0.name == "AVX2 and FMA" }) }

    @Test("The baseline is tested and the best kernels come first") func theBaselineIsTestedAndTheBestPathIsTheFirst() {
        #expect(tables.last?.name == Kernels.baseline.name)
        #expect(tables.first?.name == Kernels.best.name)
    }
}
