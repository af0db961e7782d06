import CZlib

/// Inflates deflate streams of any framing within a limit. A damaged stream yields the bytes before the damage, so that a scan for hidden
/// content still sees them.
public enum Inflation {
    /// The format around the deflated bytes.
    public enum Framing: Sendable {
        /// RFC 1952.
        case gzip
        /// RFC 1950.
        case zlib
        /// None, as in a zip entry.
        case raw

        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .zlib: 15
            case .raw: -15
            }
        }
    }

    /// Why inflating stopped.
    public enum Ending: Sendable, Equatable {
        /// The stream ended, and its checksum, if it has one, is right.
        case whole
        /// There is more output than the limit allows.
        case limit
        /// The stream is truncated or is not deflated data.
        case damaged
    }

    /// The outcome of inflating one stream.
    public struct Result: Sendable {
        /// The inflated bytes, up to the end, the limit or the damage.
        public let bytes: ByteView
        /// Number of input bytes that belong to the stream.
        public let consumed: Int
        /// Why inflating stopped.
        public let ending: Ending
    }

    /// Inflates one stream at the beginning of `input` to at most `limit` bytes. `claimed` is the expected size of the output, which
    /// saves a pass that counts it; if it is too small, the output is cut off there.
    public static func inflate(_ input: ByteView, framing: Framing, limit: Int, claimed: Int? = nil, name: String) -> Result {
        // Growing a buffer instead would need twice the memory.
        let room = claimed.map { min($0, limit) } ?? run(input, framing, limit: limit, into: nil).produced
        var end = (produced: 0, consumed: 0, ending: Ending.damaged)
        let bytes = ByteView.filled(count: room, name: name) { target in
            end = run(input, framing, limit: target.count, into: target)
        }
        let produced = try? bytes.window(at: 0, count: end.produced)
        return Result(bytes: produced ?? bytes, consumed: end.consumed, ending: end.ending)
    }

    private static func run(
        _ input: ByteView, _ framing: Framing, limit: Int, into target: UnsafeMutableRawBufferPointer?
    ) -> (produced: Int, consumed: Int, ending: Ending) {
        var stream = z_stream()
        guard inflateInit2_(&stream, framing.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return (0, 0, .damaged)
        }
        defer { inflateEnd(&stream) }
        var scratch = [UInt8](repeating: 0, count: 1 << 16)
        var (produced, consumed) = (0, 0)
        let ending: Ending = input.withUnsafeBytes { raw in
            scratch.withUnsafeMutableBufferPointer { scratch in
                while true {
                    let available = min(raw.count - consumed, 1 << 30)
                    stream.next_in = raw.baseAddress.map {
                        UnsafeMutablePointer(mutating: ($0 + consumed).assumingMemoryBound(to: UInt8.self))
                    }
                    stream.avail_in = UInt32(available)
                    // One byte more than the limit tells a stream that ends there from one that continues.
                    let room = min(scratch.count, limit - produced + 1)
                    stream.next_out = scratch.baseAddress
                    stream.avail_out = UInt32(room)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    let (used, written) = (available - Int(stream.avail_in), room - Int(stream.avail_out))
                    consumed += used
                    if let start = target?.baseAddress, let count = target?.count, let source = scratch.baseAddress, produced < count {
                        (start + produced).copyMemory(from: source, byteCount: min(written, count - produced))
                    }
                    produced += written
                    if produced > limit {
                        produced = limit
                        return .limit
                    }
                    if status == Z_STREAM_END { return .whole }
                    guard status == Z_OK, used > 0 || written > 0 else { return .damaged }
                }
            }
        }
        return (produced, consumed, ending)
    }
}
