import CCPU
@_exported import KernelTypes
import KernelsAVX2
import KernelsBaseline

/// The loops for this processor, chosen when the program runs: an instruction that it does not have is never met.
public enum Kernels {
    /// The fastest that run here.
    public static let best: KernelTable = hasAVX2 ? KernelsAVX2.kernelTable : KernelsBaseline.kernelTable
    /// Those that run everywhere.
    public static let baseline: KernelTable = KernelsBaseline.kernelTable
    /// Whether the processor has AVX2 and FMA.
    public static let hasAVX2 = convert_cpu_has_avx2_and_fma() != 0
}
