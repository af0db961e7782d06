/// Which source pixels contribute to each new pixel along one axis, and with what weight: Pillow's `precompute_coeffs` for `BILINEAR`, in
/// the same order of floating-point operations, because the last bit of a weight decides bytes.
struct TriangleFilter: Sendable {
    /// Fractional bits of a weight: 32 minus 8 for the pixel and 2 for the sum.
    static let fractionBits = 22

    /// Number of new pixels.
    private(set) var count = 0
    /// Weights allocated per new pixel; those after its own count are unused.
    private(set) var reach = 0
    private var sourceCount = 0
    private var starts: [Int] = []
    private var counts: [Int] = []
    private var weights: [Int32] = []
    private var shares: [Double] = []

    mutating func prepare(from source: Int, to target: Int) {
        // Crops of the same size often follow one another.
        guard source != sourceCount || target != count else { return }
        let scale = Double(source) / Double(target)
        let stretch = max(scale, 1)
        let support = stretch
        reach = Int(support.rounded(.up)) * 2 + 1
        (sourceCount, count) = (source, target)
        // The arrays are reused for other sizes; stale contents are never read.
        if starts.count < target {
            starts = [Int](repeating: 0, count: target)
            counts = starts
        }
        if weights.count < target * reach { weights = [Int32](repeating: 0, count: target * reach) }
        if shares.count < reach { shares = [Double](repeating: 0, count: reach) }
        let narrowing = 1 / stretch
        for index in 0..<target {
            let center = (Double(index) + 0.5) * scale
            // Like C's conversion to int, this truncates toward zero.
            let first = max(Int(center - support + 0.5), 0)
            let length = max(min(Int(center + support + 0.5), source) - first, 0)
            var total = 0.0
            for tap in 0..<length {
                let distance = abs((Double(tap + first) - center + 0.5) * narrowing)
                shares[tap] = distance < 1 ? 1 - distance : 0
                total += shares[tap]
            }
            for tap in 0..<length {
                if total != 0 { shares[tap] /= total }
                weights[index * reach + tap] = Int32(0.5 + shares[tap] * Double(1 << TriangleFilter.fractionBits))
            }
            starts[index] = first
            counts[index] = length
        }
    }

    /// Passes the first source pixel, the number of source pixels, and the weights, `reach` per new pixel.
    func withTaps(_ body: (UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int32>) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    guard let first = starts.baseAddress, let second = counts.baseAddress, let third = weights.baseAddress else { return }
                    body(first, second, third)
                }
            }
        }
    }
}
