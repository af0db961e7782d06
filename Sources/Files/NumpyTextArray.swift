/// A one-dimensional NumPy array of strings (`<U..`): each string in a field of as many UTF-32 units as the type says, padded with zeros.
public struct NumpyTextArray: Sendable, Equatable {
    /// The strings, in order.
    public let texts: [String]

    /// Most units of one string that are read; paths are shorter.
    private static let widthLimit = 1 << 16

    /// An array of these strings.
    public init(texts: [String]) { self.texts = texts }

    /// Reads an array. Throws `NumpyError` or `FileError`.
    public init(_ bytes: ByteView) throws {
        let header = try NumpyHeader(bytes)
        guard header.kind.hasPrefix("<U"), let width = Int(header.kind.dropFirst(2)), 0...NumpyTextArray.widthLimit ~= width,
            header.shape.count == 1, let count = header.shape.first
        else { throw NumpyError.noTexts(file: bytes.name, kind: header.kind, shape: header.shape) }
        let elements = try header.elements(of: bytes, byteCount: width * 4)
        // With fields of zero width, any number of them would fit in no bytes.
        guard width > 0 || count == 0 else { throw NumpyError.malformed(file: bytes.name, detail: "its texts have zero width") }
        texts = try elements.withUnsafeBytes { raw in
            try (0..<count).map { index in
                var text = String.UnicodeScalarView()
                var pending = 0
                for unit in 0..<width {
                    let value = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: (index * width + unit) * 4, as: UInt32.self))
                    // Trailing zeros are padding; NumPy keeps zeros inside.
                    if value == 0 {
                        pending += 1
                        continue
                    }
                    guard let scalar = Unicode.Scalar(value) else {
                        throw NumpyError.malformed(
                            file: bytes.name, detail: "text \(index) has the unit \(value), which is not a character")
                    }
                    text.append(contentsOf: repeatElement(Unicode.Scalar(0), count: pending))
                    pending = 0
                    text.append(scalar)
                }
                return String(text)
            }
        }
    }

    /// The array in NumPy's format, each field as wide as the longest string.
    public func bytes(name: String) -> ByteView {
        let width = max(texts.map(\.unicodeScalars.count).max() ?? 0, 1)
        let header = NumpyHeader.bytes(kind: "<U\(width)", shape: [texts.count])
        return ByteView.filled(count: header.count + texts.count * width * 4, name: name) { target in
            guard target.count == header.count + texts.count * width * 4 else { return }
            header.withUnsafeBytes { target.copyMemory(from: $0) }
            for (index, text) in texts.enumerated() {
                for (unit, scalar) in text.unicodeScalars.enumerated() {
                    let place = header.count + (index * width + unit) * 4
                    target.storeBytes(of: scalar.value.littleEndian, toByteOffset: place, as: UInt32.self)
                }
            }
        }
    }
}
