/// An array in NumPy's `.npy` format (numpy.lib.format, versions 1 to 3): little-endian float32 or float64, C order.
public struct NumpyArray: Sendable {
    /// Element types that are read and written.
    public enum Element: String, Sendable {
        case float32 = "<f4"
        case float64 = "<f8"
        case uint8 = "|u1"

        /// Bytes of one.
        public var byteCount: Int {
            switch self {
            case .float32: 4
            case .float64: 8
            case .uint8: 1
            }
        }
    }

    /// The elements.
    public let element: Element
    /// Sizes, outermost first.
    public let shape: [Int]
    /// The elements' bytes in C order.
    public let bytes: ByteView

    private static let signature: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    /// Reads an array; its bytes stay in the mapped file.
    public init(_ file: MappedFile) throws {
        let bytes = file.bytes
        guard bytes.matches(NumpyArray.signature) else { throw NumpyError.notAnArray(file: file.path) }
        let major = try bytes.byte(at: 6)
        let headerStart = major == 1 ? 10 : 12
        let headerCount = major == 1 ? Int(try bytes.integer(at: 8, as: UInt16.self)) : Int(try bytes.integer(at: 8, as: UInt32.self))
        guard (1...3) ~= major, headerCount <= 1 << 16 else { throw NumpyError.malformed(file: file.path, detail: "version \(major)") }
        guard let header = try bytes.window(at: headerStart, count: headerCount).text else {
            throw NumpyError.malformed(file: file.path, detail: "the header is no text")
        }
        let description = try NumpyArray.value("descr", header, file.path)
        let kind = description.filter { $0 != "'" && $0 != "\"" }
        guard let element = Element(rawValue: kind) else { throw NumpyError.unsupported(file: file.path, what: "elements of \(kind)") }
        guard try NumpyArray.value("fortran_order", header, file.path) == "False" else {
            throw NumpyError.unsupported(file: file.path, what: "Fortran order")
        }
        let sizes = try NumpyArray.value("shape", header, file.path).dropFirst().dropLast().split(separator: ",")
            .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        let shape = sizes.compactMap { Int($0) }
        guard shape.count == sizes.count, shape.count <= 32, shape.allSatisfy({ $0 >= 0 }) else {
            throw NumpyError.malformed(file: file.path, detail: "its shape is no list of sizes")
        }
        var count = element.byteCount
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { throw NumpyError.malformed(file: file.path, detail: "its shape is too large") }
            count = product
        }
        let start = headerStart + headerCount
        guard bytes.count - start == count else {
            throw NumpyError.malformed(file: file.path, detail: "shape \(shape) takes \(count) bytes, \(bytes.count - start) are there")
        }
        self.element = element
        self.shape = shape
        self.bytes = try bytes.window(at: start, count: count)
    }

    /// The text behind a key of the header, a Python literal: a quoted text, a word, or a tuple.
    private static func value(_ key: String, _ header: String, _ file: String) throws -> String {
        func missing() -> NumpyError { .malformed(file: file, detail: "its header has no \(key)") }
        guard let place = header.firstRange(of: "'\(key)'") else { throw missing() }
        let rest = header[place.upperBound...].drop { $0 == ":" || $0 == " " }
        guard let first = rest.first else { throw missing() }
        if first == "(" {
            guard let end = rest.firstIndex(of: ")") else { throw missing() }
            return String(rest[...end])
        }
        return String(rest.prefix { $0 != "," && $0 != "}" }.filter { $0 != " " })
    }

    /// The elements as float32.
    public var floats: [Float] {
        bytes.withUnsafeBytes { raw in
            switch element {
            case .float32: (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            case .float64: (0..<raw.count / 8).map { Float(raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)) }
            case .uint8: raw.map { Float($0) }
            }
        }
    }

    /// The elements as float64.
    public var doubles: [Double] {
        bytes.withUnsafeBytes { raw in
            switch element {
            case .float32: (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)) }
            case .float64: (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
            case .uint8: raw.map { Double($0) }
            }
        }
    }

    /// Writes an array of version 1; the caller flushes and commits.
    public static func write(_ raw: UnsafeRawBufferPointer, element: Element, shape: [Int], to output: OutputFile) throws(FileError) {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Padding brings the elements to a 64-byte boundary, as NumPy does.
        header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
        let count = UInt16(header.utf8.count)
        try output.write(signature + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8))
        try output.write(raw)
    }
}

/// What can be wrong with a `.npy` file.
public enum NumpyError: DescribedError, Equatable {
    case notAnArray(file: String)
    case malformed(file: String, detail: String)
    case unsupported(file: String, what: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .notAnArray(let file): "\(file): this is no NumPy array (.npy)"
        case .malformed(let file, let detail): "\(file): the array is malformed: \(detail)"
        case .unsupported(let file, let what): "\(file): \(what) are not supported"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notAnArray: "write it with numpy.save"
        case .malformed: "write it again with numpy.save"
        case .unsupported: "save it as float32 in C order, numpy.ascontiguousarray(x, dtype=numpy.float32)"
        }
    }
}
