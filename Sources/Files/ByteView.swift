import Glibc

/// Memory that is released when the last view of it goes away: a mapped file or an allocation.
final class ByteOwner: Sendable {
    enum Release: Sendable {
        case unmap(rememberedAs: Int32)
        case free
    }

    /// Stored as an integer because a raw pointer is not `Sendable`; the bytes it points to are never written after `init`.
    let address: UInt
    let count: Int
    let release: Release

    init(address: UInt, count: Int, release: Release) {
        self.address = address
        self.count = count
        self.release = release
    }

    deinit {
        let start = UnsafeMutableRawPointer(bitPattern: address)
        switch release {
        case .unmap(let slot):
            forgetMapping(slot)
            if let start { munmap(start, count) }
        case .free:
            free(start)
        }
    }
}

/// A window over borrowed bytes. Copying a view copies no bytes; every access is bounds-checked and throws `FileError.outOfBounds`.
public struct ByteView: Sendable {
    let owner: ByteOwner
    /// Offset of the window's first byte in the mapped file or allocation.
    public let start: Int
    /// Number of bytes in the window.
    public let count: Int
    /// What the bytes are, for messages: a path, or a path and an entry.
    public let name: String

    init(owner: ByteOwner, start: Int, count: Int, name: String) {
        self.owner = owner
        self.start = start
        self.count = count
        self.name = name
    }

    /// A view over a private copy of `bytes`.
    public init(copying bytes: [UInt8], name: String) {
        self = ByteView.filled(count: bytes.count, name: name) { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
        }
    }

    /// A view over `count` new bytes, which are zero until `fill` writes them.
    public static func filled(
        count: Int, name: String, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows -> ByteView {
        // Allocating at least one byte keeps the pointer valid for empty views.
        let start = calloc(max(count, 1), 1)
        let owner = ByteOwner(address: UInt(bitPattern: start), count: start == nil ? 0 : count, release: .free)
        try fill(UnsafeMutableRawBufferPointer(start: start, count: owner.count))
        return ByteView(owner: owner, start: 0, count: owner.count, name: name)
    }

    /// The part `[offset, offset + count)` of this view, under the same or a different name.
    public func window(at offset: Int, count wanted: Int, name newName: String? = nil) throws(FileError) -> ByteView {
        guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
            throw .outOfBounds(what: newName ?? name, offset: offset, count: wanted, available: max(0, count - max(0, offset)))
        }
        return ByteView(owner: owner, start: start + offset, count: wanted, name: newName ?? name)
    }

    /// Calls `body` with the bytes, which are valid only during the call.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let pointer = UnsafeRawPointer(bitPattern: owner.address).map { $0 + start }
        return try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// The byte at `offset` from the window's first byte.
    public func byte(at offset: Int) throws(FileError) -> UInt8 {
        guard offset >= 0, offset < count else {
            throw .outOfBounds(what: name, offset: offset, count: 1, available: max(0, count - max(0, offset)))
        }
        return withUnsafeBytes { $0[offset] }
    }

    /// The little-endian integer at `offset`, which need not be aligned.
    public func integer<Integer: FixedWidthInteger>(at offset: Int, as type: Integer.Type) throws(FileError) -> Integer {
        let size = Integer.bitWidth / 8
        guard offset >= 0, offset <= count, size <= count - offset else {
            throw .outOfBounds(what: name, offset: offset, count: size, available: max(0, count - max(0, offset)))
        }
        return Integer(truncatingIfNeeded: word(at: offset, size: size))
    }

    /// The little-endian number of up to eight bytes at an offset that was checked. Without a type parameter, as the generic one is not
    /// specialized in other modules and would look its type up at every call.
    private func word(at offset: Int, size: Int) -> UInt64 {
        withUnsafeBytes { raw in
            var value: UInt64 = 0
            for place in 0..<min(size, 8) { value |= UInt64(raw[offset + place]) << UInt64(8 * place) }
            return value
        }
    }

    /// Whether the bytes at `offset` are exactly `expected`.
    public func matches(_ expected: [UInt8], at offset: Int = 0) -> Bool {
        guard offset >= 0, offset <= count, expected.count <= count - offset else { return false }
        return withUnsafeBytes { bytes in expected.indices.allSatisfy { bytes[offset + $0] == expected[$0] } }
    }

    /// Whether two views have the same contents.
    public func hasSameBytes(as other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                guard count > 0, let left = mine.baseAddress, let right = theirs.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
    }

    /// A copy of the bytes; for small views.
    public var array: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The bytes as text, or nil if they are not UTF-8.
    public var text: String? {
        withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }

    /// As `letGo`, from the first byte of one part of this view to the last byte of a different part; nothing if they are parts of something
    /// else.
    public func letGo(from first: ByteView, to last: ByteView) {
        guard first.owner === owner, last.owner === owner else { return }
        let (low, high) = (min(first.start, last.start), max(first.start + first.count, last.start + last.count))
        (try? window(at: low - start, count: high - low))?.letGo()
    }

    /// Tells the kernel that the mapped pages wholly inside this window will not be needed soon, so that resident memory does not grow
    /// with the file. They come back from the page cache if they are touched again.
    public func letGo() {
        guard case .unmap = owner.release else { return }
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = (owner.address + UInt(start) + page - 1) / page * page
        let end = (owner.address + UInt(start + count)) / page * page
        guard end > first, let pointer = UnsafeMutableRawPointer(bitPattern: first) else { return }
        madvise(pointer, Int(end - first), MADV_DONTNEED)
    }
}
