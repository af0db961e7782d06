import ConvertFiles
import ConvertTensors

/// The fixed part of a flat file. Three numbers determine the layout of the whole header, so every other field can be checked against them:
/// fixed part, document, tensor table, names, each section padded with zeros; then the data.
struct FlatHeader: Equatable {
    static let magic: [UInt8] = [0x89, 0x46, 0x4C, 0x41, 0x54, 0x0D, 0x0A, 0x1A]
    static let version: UInt32 = 1
    static let fixedLength = 128
    static let entryLength = 104
    static let alignment = 64
    static let greatestRank = 8
    /// Longest header that is read or written: unlike the data, it is held in memory.
    static let limit = 100_000_000
    static let checksumOffset = 88

    let documentLength: Int
    let tensorCount: Int
    let namesLength: Int
    let tableOffset: Int
    let namesOffset: Int
    /// Where the data begins, which is also the header's length.
    let dataOffset: Int

    /// Nil if the header would exceed the limit.
    init?(documentLength: Int, tensorCount: Int, namesLength: Int) {
        let limit = FlatHeader.limit
        guard (0...limit) ~= documentLength, (0...limit / FlatHeader.entryLength) ~= tensorCount, (0...limit) ~= namesLength else {
            return nil
        }
        self.documentLength = documentLength
        self.tensorCount = tensorCount
        self.namesLength = namesLength
        // None of these sums can overflow: each part is at most the limit.
        tableOffset = FlatHeader.aligned(FlatHeader.fixedLength + documentLength)
        namesOffset = tableOffset + tensorCount * FlatHeader.entryLength
        dataOffset = FlatHeader.aligned(namesOffset + namesLength)
        guard dataOffset <= limit else { return nil }
    }

    /// The next multiple of 64. The offset must be well below `Int.max`, as offsets in a file are.
    static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

    /// The fields at offsets 16 to 88, with the values that they must have in a file of this length.
    private func fields(fileLength: Int) -> [(name: String, offset: Int, value: UInt64)] {
        [
            ("header length", 16, dataOffset), ("file length", 24, fileLength), ("document offset", 32, FlatHeader.fixedLength),
            ("document length", 40, documentLength), ("table offset", 48, tableOffset), ("tensor count", 56, tensorCount),
            ("names offset", 64, namesOffset), ("names length", 72, namesLength), ("data offset", 80, dataOffset),
        ].map { ($0.0, $0.1, UInt64(clamping: $0.2)) }
    }

    /// The 128 bytes of the fixed part, with a checksum of zero.
    func bytes(fileLength: Int) -> [UInt8] {
        var bytes = FlatHeader.magic
        bytes.appendLittleEndian(FlatHeader.version)
        bytes.appendLittleEndian(UInt32(0))
        for field in fields(fileLength: fileLength) { bytes.appendLittleEndian(field.value) }
        bytes.append(contentsOf: repeatElement(0, count: FlatHeader.fixedLength - bytes.count))
        return bytes
    }

    /// Reads the fixed part and checks it, the file's length, and the checksum of the whole header.
    ///
    /// The version comes first, because nothing else can be judged in a file of a different version. Memory is allocated only for what the
    /// file really contains.
    static func read(_ file: MappedFile) throws -> FlatHeader {
        let bytes = file.bytes
        let found = try bytes.integer(at: 8, as: UInt32.self)
        guard found == version else { throw FlatError.unknownVersion(file: file.path, found: found, known: version) }
        guard bytes.count >= fixedLength else {
            throw FlatError.headerPastEnd(file: file.path, length: UInt64(fixedLength), size: bytes.count)
        }
        let flags = try bytes.integer(at: 12, as: UInt32.self)
        guard flags == 0 else { throw FlatError.unknownFlags(file: file.path, flags: flags) }
        let length = try bytes.integer(at: 16, as: UInt64.self)
        guard length <= UInt64(limit) else { throw FlatError.headerTooLong(file: file.path, length: length, limit: limit) }
        let fileLength = try bytes.integer(at: 24, as: UInt64.self)
        guard fileLength <= UInt64(bytes.count) else {
            throw FlatError.truncated(file: file.path, length: fileLength, size: bytes.count)
        }
        guard fileLength == UInt64(bytes.count) else {
            throw FlatError.trailingBytes(file: file.path, offset: fileLength, count: bytes.count - Int(fileLength))
        }
        func size(at offset: Int) throws -> Int { Int(clamping: try bytes.integer(at: offset, as: UInt64.self)) }
        guard let header = FlatHeader(documentLength: try size(at: 40), tensorCount: try size(at: 56), namesLength: try size(at: 72))
        else { throw FlatError.headerTooLong(file: file.path, length: .max, limit: limit) }
        for field in header.fields(fileLength: bytes.count) {
            let found = try bytes.integer(at: field.offset, as: UInt64.self)
            guard found == field.value else {
                throw FlatError.malformedHeader(
                    file: file.path, field: field.name, offset: field.offset, expected: field.value, found: found)
            }
        }
        guard header.dataOffset <= bytes.count else {
            throw FlatError.headerPastEnd(file: file.path, length: length, size: bytes.count)
        }
        let recorded = try bytes.integer(at: checksumOffset, as: UInt32.self)
        let checksum = try bytes.window(at: 0, count: header.dataOffset).withUnsafeBytes { FlatHeader.checksum($0) }
        guard checksum == recorded else {
            throw FlatError.wrongHeaderChecksum(file: file.path, expected: recorded, found: checksum)
        }
        try requireZeros(in: file, from: checksumOffset + 4, to: fixedLength)
        try requireZeros(in: file, from: fixedLength + header.documentLength, to: header.tableOffset)
        try requireZeros(in: file, from: header.namesOffset + header.namesLength, to: header.dataOffset)
        return header
    }

    /// The checksum of a whole header, with the checksum field itself taken as zero.
    static func checksum(_ header: UnsafeRawBufferPointer) -> UInt32 {
        guard header.count >= fixedLength else { return 0 }
        var checksum = CRC32.update(0, with: UnsafeRawBufferPointer(rebasing: header[..<checksumOffset]))
        withUnsafeBytes(of: UInt32(0)) { checksum = CRC32.update(checksum, with: $0) }
        return CRC32.update(checksum, with: UnsafeRawBufferPointer(rebasing: header[(checksumOffset + 4)...]))
    }

    /// Throws unless all padding is zero, so that no byte of a file can carry something that readers do not see.
    static func requireZeros(in file: MappedFile, from start: Int, to end: Int) throws {
        for offset in start..<max(start, end) where try file.bytes.byte(at: offset) != 0 {
            throw FlatError.nonZeroPadding(file: file.path, offset: offset)
        }
    }
}

/// Codes of dtypes in flat files. A code never changes its meaning; 0 is not used.
enum FlatDType {
    static let codes: [(DType, UInt32)] = [
        (.float64, 1), (.float32, 2), (.float16, 3), (.bfloat16, 4), (.float8E4M3FN, 5), (.float8E5M2, 6), (.float8E4M3FNUZ, 7),
        (.float8E5M2FNUZ, 8), (.float8E8M0FNU, 9), (.int64, 10), (.int32, 11), (.int16, 12), (.int8, 13), (.uint64, 14), (.uint32, 15),
        (.uint16, 16), (.uint8, 17), (.bool, 18), (.complex128, 19), (.complex64, 20), (.complex32, 21),
    ]

    static func code(_ dtype: DType) -> UInt32? { codes.first { $0.0 == dtype }?.1 }
    static func dtype(_ code: UInt32) -> DType? { codes.first { $0.1 == code }?.0 }
}
