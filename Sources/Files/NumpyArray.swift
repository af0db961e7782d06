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

    /// Reads an array; its bytes stay in the mapped file.
    public init(_ file: MappedFile) throws { try self.init(file.bytes) }

    /// Reads an array from any bytes, such as an entry of an `.npz` archive; they are borrowed.
    public init(_ bytes: ByteView) throws {
        let header = try NumpyHeader(bytes)
        guard let element = Element(rawValue: header.kind) else {
            throw NumpyError.unsupported(file: bytes.name, what: "elements of \(header.kind)")
        }
        self.element = element
        shape = header.shape
        self.bytes = try header.elements(of: bytes, byteCount: element.byteCount)
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
        try output.write(NumpyHeader.bytes(kind: element.rawValue, shape: shape))
        try output.write(raw)
    }

    /// An array of version 1 in memory, for an entry of an archive.
    public static func bytes(_ raw: UnsafeRawBufferPointer, element: Element, shape: [Int], name: String) -> ByteView {
        let header = NumpyHeader.bytes(kind: element.rawValue, shape: shape)
        return ByteView.filled(count: header.count + raw.count, name: name) { target in
            guard target.count == header.count + raw.count else { return }
            header.withUnsafeBytes { target.copyMemory(from: $0) }
            if raw.count > 0 { UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: raw) }
        }
    }
}

/// What can be wrong with a `.npy` file.
public enum NumpyError: DescribedError, Equatable {
    case notAnArray(file: String)
    case malformed(file: String, detail: String)
    case unsupported(file: String, what: String)
    case noTexts(file: String, kind: String, shape: [Int])

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .notAnArray(let file): "\(file): this is no NumPy array (.npy)"
        case .malformed(let file, let detail): "\(file): the array is malformed: \(detail)"
        case .unsupported(let file, let what): "\(file): \(what) are not supported"
        case .noTexts(let file, let kind, let shape): "\(file): elements of \(kind) in shape \(shape) are no list of texts"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notAnArray: "write it with numpy.save"
        case .malformed: "write it again with numpy.save"
        case .unsupported: "save it as float32 in C order, numpy.ascontiguousarray(x, dtype=numpy.float32)"
        case .noTexts: "save it as numpy.array(paths), one path after another"
        }
    }
}
