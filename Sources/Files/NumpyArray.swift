/// An array in NumPy's `.npy` format (numpy.lib.format, versions 1 to 3): numbers of either byte order, in C or Fortran order.
public struct NumpyArray: Sendable {
    /// The supported element types; raw values are NumPy's names of the little-endian ones. `float32`, `float64` and `uint8` are also
    /// written.
    public enum Element: String, Sendable, CaseIterable {
        case float16 = "<f2"
        case float32 = "<f4"
        case float64 = "<f8"
        case int8 = "|i1"
        case uint8 = "|u1"
        case int16 = "<i2"
        case uint16 = "<u2"
        case int32 = "<i4"
        case uint32 = "<u4"
        case int64 = "<i8"

        /// Size of one element in bytes.
        public var byteCount: Int {
            switch self {
            case .int8, .uint8: 1
            case .float16, .int16, .uint16: 2
            case .float32, .int32, .uint32: 4
            case .float64, .int64: 8
            }
        }

        /// Whether it is a floating-point type.
        public var isFloating: Bool { [.float16, .float32, .float64].contains(self) }

        /// The type's name in Python, such as `uint8`.
        public var name: String { "\(self)" }
    }

    /// The type of the elements.
    public let element: Element
    /// Sizes, outermost first.
    public let shape: [Int]
    /// The elements' bytes as stored in the file.
    private let bytes: ByteView
    private let isBigEndian: Bool
    private let isFortranOrder: Bool

    /// Reads an array; its bytes stay in the mapped file. Throws `NumpyError` or `FileError`.
    public init(_ file: MappedFile) throws { try self.init(file.bytes) }

    /// Reads an array from any bytes, such as an entry of an `.npz` archive; they are borrowed. Throws `NumpyError` or `FileError`.
    public init(_ bytes: ByteView) throws {
        let header = try NumpyHeader(bytes)
        let (order, kind) = (header.kind.first, header.kind.dropFirst())
        guard let order, "<>|".contains(order), let element = Element.allCases.first(where: { $0.rawValue.dropFirst() == kind }),
            order != "|" || element.byteCount == 1
        else { throw NumpyError.unsupported(file: bytes.name, what: "elements of \(header.kind)") }
        self.element = element
        (isBigEndian, isFortranOrder) = (order == ">", header.isFortranOrder)
        shape = header.shape
        self.bytes = try header.elements(of: bytes, byteCount: element.byteCount)
    }

    /// The elements as float32, in C order.
    public var floats: [Float] {
        switch element {
        case .float32: numbers(UInt32.self) { Float(bitPattern: $0) }
        case .float64: numbers(UInt64.self) { Float(Double(bitPattern: $0)) }
        case .float16: numbers(UInt16.self) { Float(NumpyArray.half($0)) }
        default: doubles.map { Float($0) }
        }
    }

    /// The elements as float64, in C order; integers beyond 2^53 are rounded.
    public var doubles: [Double] {
        switch element {
        case .float16: numbers(UInt16.self) { NumpyArray.half($0) }
        case .float32: numbers(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: numbers(UInt64.self) { Double(bitPattern: $0) }
        case .int8: numbers(UInt8.self) { Double(Int8(bitPattern: $0)) }
        case .uint8: numbers(UInt8.self) { Double($0) }
        case .int16: numbers(UInt16.self) { Double(Int16(bitPattern: $0)) }
        case .uint16: numbers(UInt16.self) { Double($0) }
        case .int32: numbers(UInt32.self) { Double(Int32(bitPattern: $0)) }
        case .uint32: numbers(UInt32.self) { Double($0) }
        case .int64: numbers(UInt64.self) { Double(Int64(bitPattern: $0)) }
        }
    }

    /// The elements' bytes if they are float32 in C order as this processor has them; nil if they are not.
    public var plainFloats: ByteView? { element == .float32 && !isBigEndian && !isFortranOrder ? bytes : nil }

    /// One row of a two-dimensional array as float64; empty if there is no such row. No other row is read.
    public func row(_ index: Int) -> [Double] {
        guard shape.count == 2, (0..<shape[0]).contains(index) else { return [] }
        let (first, step) = isFortranOrder ? (index, shape[0]) : (index * shape[1], 1)
        return bytes.withUnsafeBytes { raw in
            (0..<shape[1]).map { column in
                let place = (first + column * step) * element.byteCount
                switch element {
                case .float16: return NumpyArray.half(ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
                case .float32: return Double(Float(bitPattern: ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))))
                case .float64: return Double(bitPattern: ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
                case .int8: return Double(raw.loadUnaligned(fromByteOffset: place, as: Int8.self))
                case .uint8: return Double(raw[place])
                case .int16: return Double(Int16(bitPattern: ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt16.self))))
                case .uint16: return Double(ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
                case .int32: return Double(Int32(bitPattern: ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))))
                case .uint32: return Double(ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
                case .int64: return Double(Int64(bitPattern: ordered(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))))
                }
            }
        }
    }

    /// Bits in the processor's order of bytes.
    private func ordered<Bits: FixedWidthInteger>(_ stored: Bits) -> Bits {
        isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored)
    }

    /// The elements in C order, each converted from its bits by `number`.
    private func numbers<Bits: FixedWidthInteger, Number>(_ bits: Bits.Type, _ number: (Bits) -> Number) -> [Number] {
        bytes.withUnsafeBytes { raw in
            let size = MemoryLayout<Bits>.size
            let count = raw.count / size
            func element(_ position: Int) -> Number {
                let stored = raw.loadUnaligned(fromByteOffset: position * size, as: Bits.self)
                return number(ordered(stored))
            }
            guard isFortranOrder, shape.count > 1, count > 0 else { return (0..<count).map(element) }
            // In Fortran order the first index varies fastest. The product of all sizes is `count`, so nothing overflows.
            var strides: [Int] = []
            var step = 1
            for size in shape {
                strides.append(step)
                step *= size
            }
            var (index, position) = ([Int](repeating: 0, count: shape.count), 0)
            var numbers: [Number] = []
            numbers.reserveCapacity(count)
            for _ in 0..<count {
                numbers.append(element(position))
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    position += strides[axis]
                    if index[axis] < shape[axis] { break }
                    position -= strides[axis] * shape[axis]
                    index[axis] = 0
                }
            }
            return numbers
        }
    }

    /// A half-precision number (IEEE 754 binary16); not every processor has a type for it.
    private static func half(_ bits: UInt16) -> Double {
        let magnitude = Double(bits & 0x3FF)
        let exponent = Int(bits >> 10 & 0x1F)
        let sign = bits >> 15 == 0 ? 1.0 : -1.0
        switch exponent {
        case 0: return sign * magnitude * 0x1p-24
        case 0x1F: return magnitude == 0 ? sign * .infinity : .nan
        default: return sign * Double(sign: .plus, exponent: exponent - 25, significand: magnitude + 1024)
        }
    }

    /// Writes an array in version 1 of the format; the caller flushes and commits.
    public static func write(_ raw: UnsafeRawBufferPointer, element: Element, shape: [Int], to output: OutputFile) throws(FileError) {
        try output.write(NumpyHeader.bytes(kind: element.rawValue, shape: shape))
        try output.write(raw)
    }

    /// An array in version 1 of the format in memory, for an entry of an archive.
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

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .notAnArray(let file): "\(file): this is not a NumPy array (.npy)"
        case .malformed(let file, let detail): "\(file): the array is malformed: \(detail)"
        case .unsupported(let file, let what): "\(file): \(what) are not supported"
        case .noTexts(let file, let kind, let shape): "\(file): elements of \(kind) in shape \(shape) are not a list of texts"
        }
    }

    /// What the user can do about it.
    public var remedy: String {
        switch self {
        case .notAnArray: "write it with numpy.save"
        case .malformed: "write it again with numpy.save"
        case .unsupported: "save it as float32: numpy.save(path, x.astype(numpy.float32))"
        case .noTexts: "save it as numpy.array(paths), one path after another"
        }
    }
}
