import ConvertTensors
import Glibc

/// A tensor that a network computes once and that no state dict holds; a description adds it to the weights.
enum ComputedTensor: Sendable, Equatable {
    /// Sines and cosines of every place of a map (DETR's position encoding, Carion et al. 2020, as timm's EdgeNeXt has it): float32
    /// [1, 2 · waves, height, width], rows in the first half of the channels and columns in the second.
    case positionWaves(height: Int, width: Int, waves: Int)

    /// The names in descriptions, with how many numbers each takes.
    static let names = ["position_waves": 3]

    /// Nil for sizes that no network has.
    init?(_ name: String, _ numbers: [Int]) {
        guard name == "position_waves", numbers.count == 3, numbers.allSatisfy({ (1...1 << 12) ~= $0 }),
            numbers.reduce(1, *) <= 1 << 22
        else { return nil }
        self = .positionWaves(height: numbers[0], width: numbers[1], waves: numbers[2])
    }

    /// Its numbers.
    var elementCount: Int {
        switch self {
        case .positionWaves(let height, let width, let waves): 2 * waves * height * width
        }
    }

    /// Whether a file's tensor holds it, as an export does, which may have rounded it to half precision.
    func isHeld(by stored: Tensor) throws -> Bool {
        let own = try tensor(named: "")
        guard stored.shape == own.shape, let numbers = try? stored.doubles() else { return false }
        return try zip(numbers, own.doubles()).allSatisfy { abs($0 - $1) <= 0.01 }
    }

    func tensor(named name: String) throws -> Tensor {
        switch self {
        case .positionWaves(let height, let width, let waves):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 * elementCount)
            for isColumn in [false, true] {
                for wave in 0..<waves {
                    let frequency = powf(10000, Float(2 * (wave / 2)) / Float(waves))
                    for row in 0..<height {
                        for column in 0..<width {
                            let (place, size) = isColumn ? (column, width) : (row, height)
                            let phase = Float(place + 1) / (Float(size) + 1e-6) * (2 * Float.pi) / frequency
                            let bits = (wave.isMultiple(of: 2) ? sinf(phase) : cosf(phase)).bitPattern
                            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
                        }
                    }
                }
            }
            return try Tensor(
                dtype: .float32, shape: [1, 2 * waves, height, width],
                storage: Storage(name: name, bytes: .init(copying: bytes, name: name)))
        }
    }
}
