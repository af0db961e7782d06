/// The header of a `.npy` file (numpy.lib.format, versions 1 to 3): the element type, the shape, and where the elements begin.
struct NumpyHeader {
    /// NumPy's name of the element type, such as `<f4` or `<U35`.
    let kind: String
    /// Sizes, outermost first.
    let shape: [Int]
    /// Whether the first index varies fastest.
    let isFortranOrder: Bool
    private let start: Int

    private static let signature: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    init(_ bytes: ByteView) throws {
        let file = bytes.name
        guard bytes.matches(NumpyHeader.signature) else { throw NumpyError.notAnArray(file: file) }
        let major = try bytes.byte(at: 6)
        let headerStart = major == 1 ? 10 : 12
        let headerCount = major == 1 ? Int(try bytes.integer(at: 8, as: UInt16.self)) : Int(try bytes.integer(at: 8, as: UInt32.self))
        guard (1...3) ~= major, headerCount <= 1 << 16 else { throw NumpyError.malformed(file: file, detail: "version \(major)") }
        guard let header = try bytes.window(at: headerStart, count: headerCount).text else {
            throw NumpyError.malformed(file: file, detail: "the header is not text")
        }
        kind = try NumpyHeader.value("descr", header, file).filter { $0 != "'" && $0 != "\"" }
        switch try NumpyHeader.value("fortran_order", header, file) {
        case "False": isFortranOrder = false
        case "True": isFortranOrder = true
        default: throw NumpyError.malformed(file: file, detail: "its fortran_order is neither True nor False")
        }
        let sizes = try NumpyHeader.value("shape", header, file).dropFirst().dropLast().split(separator: ",")
            .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        shape = sizes.compactMap { Int($0) }
        guard shape.count == sizes.count, shape.count <= 32, shape.allSatisfy({ $0 >= 0 }) else {
            throw NumpyError.malformed(file: file, detail: "its shape is not a list of sizes")
        }
        start = headerStart + headerCount
    }

    /// The bytes after the header, which must be exactly as many as the shape requires.
    func elements(of bytes: ByteView, byteCount: Int) throws -> ByteView {
        var count = byteCount
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { throw NumpyError.malformed(file: bytes.name, detail: "its shape is too large") }
            count = product
        }
        guard bytes.count - start == count else {
            throw NumpyError.malformed(
                file: bytes.name, detail: "shape \(shape) takes \(count) bytes, \(bytes.count - start) are there")
        }
        return try bytes.window(at: start, count: count)
    }

    /// The text after a key of the header, a Python literal: a quoted string, a word, or a tuple.
    private static func value(_ key: String, _ header: String, _ file: String) throws -> String {
        func missing() -> NumpyError { .malformed(file: file, detail: "its header has no \(key)") }
        guard let found = header.firstRange(of: "'\(key)'") else { throw missing() }
        let rest = header[found.upperBound...].drop { $0 == ":" || $0 == " " }
        guard let first = rest.first else { throw missing() }
        if first == "(" {
            guard let end = rest.firstIndex(of: ")") else { throw missing() }
            return String(rest[...end])
        }
        return String(rest.prefix { $0 != "," && $0 != "}" }.filter { $0 != " " })
    }

    /// The signature, version and header of an array in version 1 of the format.
    static func bytes(kind: String, shape: [Int]) -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Pads the header so that the elements begin at a 64-byte boundary, as NumPy does.
        header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
        let count = UInt16(header.utf8.count)
        return signature + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8)
    }
}
