/// Numbers in single precision as bytes, the lowest byte of each first.
enum LittleEndianFloats {
    static func bytes(_ numbers: some Sequence<Float>) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
    }

    static func numbers(_ bytes: some Sequence<UInt8>) -> [Float] {
        let bytes = Array(bytes)
        return bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }
}
