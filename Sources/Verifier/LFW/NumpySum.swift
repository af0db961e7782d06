/// Sums in NumPy's order (pairwise, eight partial sums), so that a mean agrees to the last digit.
enum NumpySum {
    static func sum(_ values: ArraySlice<Double>) -> Double {
        let start = values.startIndex
        if values.count < 8 { return values.reduce(-0.0, +) + 0 }
        if values.count <= 128 {
            var partial = Array(values.prefix(8))
            var index = 8
            while index + 8 <= values.count {
                for lane in 0..<8 { partial[lane] += values[start + index + lane] }
                index += 8
            }
            let whole = ((partial[0] + partial[1]) + (partial[2] + partial[3])) + ((partial[4] + partial[5]) + (partial[6] + partial[7]))
            return values[(start + index)...].reduce(whole, +)
        }
        let half = values.count / 2
        let cut = start + half - half % 8
        return sum(values[..<cut]) + sum(values[cut...])
    }
}
