import KernelTypes

#if CONVERT_BASELINE
    private let compiledFor = "baseline"
#elseif CONVERT_AVX512
    private let compiledFor = "AVX-512"
#else
    private let compiledFor = "AVX2 and FMA"
#endif

/// The kernels as this target was compiled.
public let kernelTable = KernelTable(
    name: compiledFor, direct: directConvolution, winograd: winogradConvolution,
    winogradTiles: winogradTiles, winogradScratch: winogradScratch, pairRows: convolutionPairRows, pair: convolvePair,
    pairScratch: convolutionPairScratch,
    window: slideWindow, linear: linearLayer,
    pixels: mapPixels, rows: mapRows, matrices: multiplyMatrices)
