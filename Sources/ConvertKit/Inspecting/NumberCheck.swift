import ConvertIR
import ConvertTensors
import Exporters

/// Every recorded checksum, and the numbers of every tensor of the state dict.
public struct NumberCheck: Sendable {
    /// One line for each damaged entry.
    public private(set) var damage: [String] = []
    /// Entries whose checksum was compared.
    public private(set) var comparedChecksums = 0
    /// Statistics by name; none for quantized and complex tensors.
    public private(set) var statistics: [String: TensorStatistics] = [:]

    /// Whether a tensor holds NaN or infinities.
    public var hasNonFinite: Bool { statistics.values.contains { $0.nanCount > 0 || $0.infinityCount > 0 } }

    init(_ opened: OpenedFile) throws {
        for check in opened.checksums {
            do {
                try check.run()
            } catch {
                damage.append("\(error)")
            }
            comparedChecksums += 1
        }
        for entry in opened.weights?.entries ?? [] {
            if let found = try TensorStatistics(of: entry.tensor) { statistics[entry.name] = found }
        }
    }
}
