/// Makes names within cairo's drawings reproducible.
enum SVGNames {
    private static let stem = "surface"

    /// Cairo names groups `surface5` by how many surfaces the process has had; here they are numbered from 0 within the drawing, so that
    /// the same drawing always has the same bytes.
    static func counted(_ svg: [UInt8]) -> [UInt8] {
        let parts = String(decoding: svg, as: UTF8.self).split(separator: stem, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count > 1 else { return svg }
        var names: [Substring: Int] = [:]
        var out = String(first)
        for part in parts.dropFirst() {
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else {
                out += stem + part
                continue
            }
            let number = names[digits] ?? names.count
            names[digits] = number
            out += "\(stem)\(number)" + part.dropFirst(digits.count)
        }
        return Array(out.utf8)
    }
}
