import Kernels

/// The loops for one kind of processor. Each kind rounds differently in the last bits.
package enum Loops: String, CaseIterable, Sendable {
    case avx512
    case avx2
    /// What every processor can run.
    case baseline

    /// Those that this processor can run, fastest first.
    package static let available: [Loops] = allCases.filter { $0.kernels != nil }

    /// The loops themselves; nil if this processor cannot run them.
    var kernels: KernelTable? {
        switch self {
        case .avx512: Kernels.avx512
        case .avx2: Kernels.avx2
        case .baseline: Kernels.baseline
        }
    }
}
