import CHDF5
import ConvertFiles
import ConvertTensors

/// How a compressed dataset is divided.
struct HDF5Chunks: Sendable {
    /// Tensors below this many bytes are not compressed, since they gain nothing.
    private static let smallest = 1024
    private static let largest = 1 << 20
    /// The library's limit on the number of dimensions.
    static let greatestRank = 32
    /// Larger chunks are not read, in bytes: a deflated one can expand to a thousand times its size.
    static let readLimit = 2 << 20

    /// The dataset's shape.
    let shape: [Int]
    /// The shape of a chunk.
    let sizes: [Int]

    /// Chunks found in a file, none of them empty.
    init(shape: [Int], sizes: [Int]) {
        self.shape = shape
        self.sizes = sizes
    }

    /// Chunks that are whole along the inner dimensions, partial along one, and of size 1 along the outer ones, so that each is a
    /// contiguous run of elements in C order and a tensor can be streamed into them. Nil for tensors that stay in one piece.
    init?(_ tensor: Tensor) {
        guard tensor.byteCount >= HDF5Chunks.smallest, !tensor.shape.isEmpty else { return nil }
        var axis = tensor.shape.count - 1
        var inner = tensor.dtype.byteCount
        // All sizes are at least 1 here, and products stay below the tensor's own size.
        while axis > 0, inner * tensor.shape[axis] <= HDF5Chunks.largest {
            inner *= tensor.shape[axis]
            axis -= 1
        }
        var sizes = tensor.shape
        sizes[axis] = min(tensor.shape[axis], max(1, HDF5Chunks.largest / inner))
        for outer in 0..<axis { sizes[outer] = 1 }
        self.init(shape: tensor.shape, sizes: sizes)
    }

    /// Visits the chunks in C order with their first index and their shape, clipped to the dataset.
    func forEach(_ body: (_ start: [Int], _ count: [Int]) throws -> Void) rethrows {
        guard !shape.contains(0) else { return }
        var start = [Int](repeating: 0, count: shape.count)
        while true {
            try body(start, shape.indices.map { min(sizes[$0], shape[$0] - start[$0]) })
            var dimension = shape.count - 1
            while dimension >= 0 {
                // Not `start + size < shape`, because a size from a file could overflow 64 bits.
                if sizes[dimension] < shape[dimension] - start[dimension] {
                    start[dimension] += sizes[dimension]
                    break
                }
                start[dimension] = 0
                dimension -= 1
            }
            guard dimension >= 0 else { return }
        }
    }

    /// Streams a tensor's elements into its dataset, one chunk at a time.
    func write(_ tensor: Tensor, to dataset: borrowing HDF5Handle, type: borrowing HDF5Handle, calls: HDF5Calls, name: String) throws {
        let width = tensor.dtype.byteCount
        let space = try calls.opened(H5Dget_space(dataset.id), name)
        var remaining: [(start: [Int], count: [Int])] = []
        forEach { remaining.append(($0, $1)) }
        var next = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: sizes.reduce(width, *), alignment: 64)
        defer { buffer.deallocate() }
        var filled = 0
        try tensor.forEachCOrderWindow { window in
            var at = 0
            while at < window.count, next < remaining.count {
                let chunk = remaining[next]
                let wanted = chunk.count.reduce(width, *)
                let taken = min(wanted - filled, window.count - at)
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + taken])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: window[at..<at + taken]))
                filled += taken
                at += taken
                guard filled == wanted else { continue }
                let start = chunk.start.map { hsize_t($0) }
                let count = chunk.count.map { hsize_t($0) }
                try calls.check(H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, count, nil), name)
                let memory = try calls.opened(H5Screate_simple(Int32(count.count), count, nil), name)
                try calls.check(H5Dwrite(dataset.id, type.id, memory.id, space.id, chdf5_default(), buffer.baseAddress), name)
                filled = 0
                next += 1
            }
        }
    }

    /// Reads a whole dataset of `byteCount` bytes into memory. The file is reopened, so that a tensor can outlive everything else.
    func read(_ path: String, element: chdf5_element, byteCount: Int, file: MappedFile) throws -> ByteView {
        try HDF5Library.serialized {
            let calls = HDF5Calls(file: file.path, isWriting: false)
            try file.checkUnchanged()
            let handle = try HDF5Reader.openHandle(file, calls: calls)
            let dataset = try calls.opened(H5Dopen2(handle.id, path, chdf5_default()), "dataset /\(path)")
            let width = byteCount / max(1, shape.reduce(1, *))
            // A missing chunk would read as zeros, and one that is larger than its contents could expand without limit.
            let whole = sizes.reduce(width, *)
            try forEach { start, _ in
                var stored: hsize_t = 0
                try calls.check(H5Dget_chunk_storage_size(dataset.id, start.map { hsize_t($0) }, &stored), "dataset /\(path)")
                guard stored > 0, stored <= hsize_t(whole + whole / 8 + 1024) else {
                    throw HDF5Error.badDataset(file: file.path, path: "/\(path)", detail: "the chunk at \(start) takes \(stored) bytes")
                }
            }
            // Type and sizes are those found when the file was opened, so the library can never write past the buffer.
            let type = try calls.opened(chdf5_new_type(element), "dataset /\(path)")
            let sizes = shape.map { hsize_t($0) }
            let memory = try calls.opened(H5Screate_simple(Int32(sizes.count), sizes, nil), "dataset /\(path)")
            return try ByteView.filled(count: byteCount, name: "\(file.path), dataset /\(path)") { target in
                guard target.count == byteCount else {
                    throw HDF5Error.cannotRead(file: file.path, what: "dataset /\(path)", detail: "not enough memory")
                }
                try calls.check(
                    H5Dread(dataset.id, type.id, memory.id, chdf5_all(), chdf5_default(), target.baseAddress), "dataset /\(path)")
            }
        }
    }
}
