import CCPU
// Whoever runs the loops fills in their jobs, whose types the three sets of loops share.
@_exported import KernelTypes
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// The loops for this processor, chosen when the program runs: instructions that it does not have are never executed.
public enum Kernels {
    /// The fastest that run here.
    public static let best: KernelTable = avx512 ?? avx2 ?? baseline
    /// Those for AVX-512, if the processor has it.
    public static let avx512: KernelTable? = convert_cpu_has_avx512() != 0 ? KernelsAVX512.kernelTable : nil
    /// Those for AVX2 and FMA, if the processor has them.
    public static let avx2: KernelTable? = convert_cpu_has_avx2_and_fma() != 0 ? KernelsAVX2.kernelTable : nil
    /// Those that run everywhere.
    public static let baseline: KernelTable = KernelsBaseline.kernelTable
}
