import CCPU
// Whoever runs the loops fills in their jobs, whose types the three sets of loops share.
@_exported import KernelTypes
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// Chooses the kernels for this processor at run time, so that no unsupported instruction is ever executed.
public enum Kernels {
    /// The fastest kernels that run here.
    public static let best: KernelTable = avx512 ?? avx2 ?? baseline
    /// Kernels for AVX-512; nil if the processor lacks it.
    public static let avx512: KernelTable? = convert_cpu_has_avx512() != 0 ? KernelsAVX512.kernelTable : nil
    /// Kernels for AVX2 and FMA; nil if the processor lacks them.
    public static let avx2: KernelTable? = convert_cpu_has_avx2_and_fma() != 0 ? KernelsAVX2.kernelTable : nil
    /// Kernels that run on every x86-64 processor.
    public static let baseline: KernelTable = KernelsBaseline.kernelTable
}
