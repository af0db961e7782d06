import CHDF5
import ConvertIR
import ConvertJSON

/// Reads and writes small values attached to groups and datasets. Texts have a fixed length and end in a NUL, which is not part of them:
/// variable-length texts would live in a heap that has no checksum.
struct HDF5Attributes {
    /// Longest attribute text that is read, in bytes.
    private static let textLimit = 1 << 20

    let calls: HDF5Calls

    func write(_ name: String, text: String, to object: hid_t) throws(HDF5Error) {
        let bytes = Array(text.utf8) + [0]
        let type = try calls.opened(chdf5_new_text_type(bytes.count), "attribute \(name)")
        try write(name, type: type, bytes: bytes, sizes: [], to: object)
    }

    func write(_ name: String, integers: [Int64], isList: Bool, to object: hid_t) throws(HDF5Error) {
        let type = try calls.opened(chdf5_new_type(CHDF5_INT64), "attribute \(name)")
        let bytes = integers.flatMap(\.littleEndianBytes)
        try write(name, type: type, bytes: bytes, sizes: isList ? [hsize_t(integers.count)] : [], to: object)
    }

    func write(_ name: String, number: Double, to object: hid_t) throws(HDF5Error) {
        let type = try calls.opened(chdf5_new_type(CHDF5_FLOAT64), "attribute \(name)")
        try write(name, type: type, bytes: number.bitPattern.littleEndianBytes, sizes: [], to: object)
    }

    func write(_ name: String, flag: Bool, to object: hid_t) throws(HDF5Error) {
        let type = try calls.opened(chdf5_new_type(CHDF5_BOOL), "attribute \(name)")
        try write(name, type: type, bytes: [flag ? 1 : 0], sizes: [], to: object)
    }

    func write(_ name: String, checksum: UInt32, to object: hid_t) throws(HDF5Error) {
        let type = try calls.opened(chdf5_new_type(CHDF5_UINT32), "attribute \(name)")
        try write(name, type: type, bytes: checksum.littleEndianBytes, sizes: [], to: object)
    }

    private func write(
        _ name: String, type: borrowing HDF5Handle, bytes: [UInt8], sizes: [hsize_t], to object: hid_t
    ) throws(HDF5Error) {
        let what = "attribute \(name)"
        let space = try calls.opened(
            sizes.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil), what)
        let attribute = try calls.opened(H5Acreate2(object, name, type.id, space.id, chdf5_default(), chdf5_default()), what)
        try calls.check(H5Awrite(attribute.id, type.id, bytes), what)
    }

    /// Whether the object has an attribute with this name.
    func has(_ name: String, in object: hid_t) throws(HDF5Error) -> Bool {
        try calls.check(H5Aexists(object, name), "attribute \(name)") > 0
    }

    /// A text that `write` wrote; nil if there is none.
    func text(_ name: String, in object: hid_t) throws(HDF5Error) -> String? {
        guard try has(name, in: object) else { return nil }
        let attribute = try calls.opened(H5Aopen(object, name, chdf5_default()), "attribute \(name)")
        let type = try calls.opened(H5Aget_type(attribute.id), "attribute \(name)")
        guard let size = HDF5Attributes.textSize(type), size <= HDF5Attributes.textLimit, try isSingle(attribute) else {
            throw HDF5Error.malformed(file: calls.file, detail: "attribute \(name) is not a single fixed-length text")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        try calls.check(H5Aread(attribute.id, type.id, &bytes), "attribute \(name)")
        guard bytes.popLast() == 0, let text = String(validating: bytes, as: UTF8.self) else {
            throw HDF5Error.malformed(file: calls.file, detail: "attribute \(name) is not UTF-8")
        }
        return text
    }

    /// A whole number of at most 64 bits; nil if there is none.
    func integer(_ name: String, in object: hid_t) throws(HDF5Error) -> Int64? {
        guard try has(name, in: object) else { return nil }
        let attribute = try calls.opened(H5Aopen(object, name, chdf5_default()), "attribute \(name)")
        let type = try calls.opened(H5Aget_type(attribute.id), "attribute \(name)")
        guard H5Tget_class(type.id) == H5T_INTEGER, try isSingle(attribute) else {
            throw HDF5Error.malformed(file: calls.file, detail: "attribute \(name) is not a whole number")
        }
        let wanted = try calls.opened(chdf5_new_type(CHDF5_INT64), "attribute \(name)")
        var number: Int64 = 0
        try calls.check(H5Aread(attribute.id, wanted.id, &number), "attribute \(name)")
        return Int64(littleEndian: number)
    }

    private func isSingle(_ attribute: borrowing HDF5Handle) throws(HDF5Error) -> Bool {
        let space = try calls.opened(H5Aget_space(attribute.id), "an attribute's shape")
        return H5Sget_simple_extent_npoints(space.id) == 1
    }

    /// The size in bytes of a fixed-length text type; nil for any other type.
    static func textSize(_ type: borrowing HDF5Handle) -> Int? {
        guard H5Tget_class(type.id) == H5T_STRING, H5Tis_variable_str(type.id) == 0 else { return nil }
        let size = H5Tget_size(type.id)
        return size > 0 ? Int(exactly: size) : nil
    }

    /// Writes what people want to see first: which network this is, and how images enter it.
    func describe(_ document: ModelDocument, in root: hid_t) throws(HDF5Error) {
        if let architecture = document.architecture { try write("architecture", text: architecture.name, to: root) }
        guard let contract = document.contract else { return }
        if let height = contract.height, let width = contract.width {
            try write("image_size", integers: [Int64(height), Int64(width)], isList: true, to: root)
        }
        try write("channel_order", text: contract.channelOrder.rawValue, to: root)
        // Per-channel numbers are in the document only.
        if let mean = contract.mean?.single { try write("input_mean", number: mean, to: root) }
        if let deviation = contract.standardDeviation?.single { try write("input_standard_deviation", number: deviation, to: root) }
        if let crop = contract.json["crop"]?.string { try write("crop", text: crop, to: root) }
        if let length = contract.embeddingLength {
            try write("embedding_length", integers: [Int64(length)], isList: false, to: root)
        }
        try write("is_normalized", flag: contract.isNormalized, to: root)
        try write("metric", text: contract.metric.rawValue, to: root)
    }
}
