import CHDF5
import ConvertFiles
import ConvertTensors

/// Where a dataset's bytes are.
enum HDF5Layout {
    /// Uncompressed at this file offset; nil if the dataset was given none, which is valid only for one without bytes.
    case contiguous(offset: Int?)
    /// In chunks of this shape.
    case chunked(sizes: [Int])

    /// Throws for every other layout: bytes in the header or in other files, and unsupported filters.
    init(of dataset: borrowing HDF5Handle, path: String, calls: HDF5Calls) throws(HDF5Error) {
        func bad(_ detail: String) -> HDF5Error { .badDataset(file: calls.file, path: "/\(path)", detail: detail) }
        let properties = try calls.opened(H5Dget_create_plist(dataset.id), "dataset /\(path)")
        let layout = H5Pget_layout(properties.id)
        guard H5Pget_external_count(properties.id) == 0 else { throw bad("its bytes lie in another file") }
        let filters = try calls.check(H5Pget_nfilters(properties.id), "dataset /\(path)")
        if layout == H5D_CONTIGUOUS {
            guard filters == 0 else { throw bad("it has filters and no chunks") }
            let offset = H5Dget_offset(dataset.id)
            if offset == chdf5_no_address() {
                self = .contiguous(offset: nil)
            } else {
                guard let start = Int(exactly: offset) else { throw bad("its offset is \(offset)") }
                self = .contiguous(offset: start)
            }
            return
        }
        guard layout == H5D_CHUNKED else { throw bad("its layout is neither contiguous nor chunked") }
        let known = [H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32]
        for index in 0..<UInt32(filters) {
            var (flags, parts, settings) = (UInt32(0), 0, UInt32(0))
            let filter = H5Pget_filter2(properties.id, index, &flags, &parts, nil, 0, nil, &settings)
            guard known.contains(filter) else { throw bad("filter \(filter) is not supported") }
        }
        var sizes = [hsize_t](repeating: 0, count: HDF5Chunks.greatestRank)
        let rank = try calls.check(H5Pget_chunk(properties.id, Int32(sizes.count), &sizes), "dataset /\(path)")
        let whole = sizes.prefix(Int(rank)).compactMap { Int(exactly: $0) }
        guard whole.count == rank, rank <= sizes.count, whole.allSatisfy({ $0 > 0 }) else { throw bad("its chunks are \(sizes)") }
        self = .chunked(sizes: whole)
    }
}

/// Turns datasets into tensors, each object once, and keeps track of how many bytes they claim.
struct HDF5Datasets {
    let file: MappedFile
    let calls: HDF5Calls
    let attributes: HDF5Attributes
    private(set) var checksums: [FileCheck] = []
    /// Bytes in the file.
    private(set) var storedBytes = 0
    /// Size of the compressed datasets once they are decompressed, in bytes.
    private(set) var unfoldedBytes = 0
    private var known: [UInt64: Tensor] = [:]
    private var extents: [(path: String, start: Int, end: Int)] = []

    init(file: MappedFile, calls: HDF5Calls, attributes: HDF5Attributes) {
        self.file = file
        self.calls = calls
        self.attributes = attributes
    }

    /// The tensor of a dataset. Further names of the same object return the same tensor, so that sharing is preserved.
    mutating func tensor(at path: String, address: UInt64, in handle: borrowing HDF5Handle) throws -> Tensor {
        if let tensor = known[address] { return tensor }
        let what = "dataset /\(path)"
        func bad(_ detail: String) -> HDF5Error { .badDataset(file: file.path, path: "/\(path)", detail: detail) }
        let dataset = try calls.opened(H5Dopen2(handle.id, path, chdf5_default()), what)
        let type = try calls.opened(H5Dget_type(dataset.id), what)
        let element = chdf5_element_of(type.id)
        let label = try attributes.text(HDF5Element.attribute, in: dataset.id)
        guard let dtype = HDF5Element.dtype(element, label: label) else {
            throw bad("its elements are of an unsupported type\(label.map { " (\(HDF5Element.attribute) \($0))" } ?? "")")
        }
        let shape = try shape(of: dataset, path: path)
        // Sizes of 0 count as 1 here, so that an empty tensor cannot hide a product that overflows on the way.
        var product = dtype.byteCount
        for size in shape {
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: max(size, 1))
            guard !isTooLarge else { throw bad("shape \(shape) overflows 64 bits") }
            product = next
        }
        let byteCount = shape.contains(0) ? 0 : product
        let storage: Storage
        switch try HDF5Layout(of: dataset, path: path, calls: calls) {
        case .contiguous(let offset):
            let start = byteCount == 0 ? 0 : offset
            guard let start else { throw bad("it was never written") }
            let bytes = try file.bytes.window(at: start, count: byteCount, name: "\(file.path), \(what)")
            let checksum = try attributes.integer(HDF5Reader.checksumAttribute, in: dataset.id)
            storage = Storage(name: bytes.name, bytes: bytes, crc32: checksum.map { UInt32(truncatingIfNeeded: $0) })
            if byteCount > 0 { extents.append((path, start, start + byteCount)) }
            add(byteCount, to: &storedBytes)
        case .chunked(let sizes):
            guard sizes.count == shape.count else { throw bad("its chunks are \(sizes), its shape \(shape)") }
            var chunk = dtype.byteCount
            for size in sizes {
                let (next, isTooLarge) = chunk.multipliedReportingOverflow(by: size)
                guard !isTooLarge, next <= HDF5Chunks.readLimit else {
                    throw bad("its chunks \(sizes) take more than \(HDF5Chunks.readLimit) bytes each")
                }
                chunk = next
            }
            add(byteCount, to: &unfoldedBytes)
            add(Int(exactly: H5Dget_storage_size(dataset.id)) ?? Int.max, to: &storedBytes)
            try checkUnfolded()
            let chunks = HDF5Chunks(shape: shape, sizes: sizes)
            let file = file
            storage = Storage(name: "\(file.path), \(what)", byteCount: byteCount) {
                try chunks.read(path, element: element, byteCount: byteCount, file: file)
            }
        }
        let tensor = try Tensor(dtype: dtype, shape: shape, storage: storage)
        known[address] = tensor
        if byteCount > 0 { checksums.append(FileCheck(name: "/\(path)") { try storage.verify() }) }
        return tensor
    }

    /// Throws if contiguous datasets share bytes, which would let a small file claim any number of large tensors.
    func checkTotals() throws(HDF5Error) {
        var end = 0
        for extent in extents.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            guard extent.start >= end else { throw HDF5Error.overlap(file: file.path, path: "/\(extent.path)", offset: extent.start) }
            end = extent.end
        }
    }

    private func checkUnfolded() throws(HDF5Error) {
        let (generous, isOver) = file.bytes.count.multipliedReportingOverflow(by: 64)
        guard unfoldedBytes <= max(1 << 30, isOver ? Int.max : generous) else {
            throw HDF5Error.expandsTooFar(file: file.path, byteCount: unfoldedBytes, available: file.bytes.count)
        }
    }

    private func add(_ count: Int, to total: inout Int) {
        let (sum, isOver) = total.addingReportingOverflow(count)
        total = isOver ? Int.max : sum
    }

    private func shape(of dataset: borrowing HDF5Handle, path: String) throws(HDF5Error) -> [Int] {
        func bad(_ detail: String) -> HDF5Error { .badDataset(file: file.path, path: "/\(path)", detail: detail) }
        let space = try calls.opened(H5Dget_space(dataset.id), "dataset /\(path)")
        let kind = H5Sget_simple_extent_type(space.id)
        if kind == H5S_SCALAR { return [] }
        guard kind == H5S_SIMPLE else { throw bad("it has no shape") }
        let rank = try calls.check(H5Sget_simple_extent_ndims(space.id), "dataset /\(path)")
        guard rank <= HDF5Chunks.greatestRank else { throw bad("it has \(rank) dimensions") }
        var sizes = [hsize_t](repeating: 0, count: Int(rank))
        try calls.check(H5Sget_simple_extent_dims(space.id, &sizes, nil), "dataset /\(path)")
        let shape = sizes.compactMap { Int(exactly: $0) }
        guard shape.count == sizes.count else { throw bad("its shape \(sizes) overflows 64 bits") }
        return shape
    }
}
