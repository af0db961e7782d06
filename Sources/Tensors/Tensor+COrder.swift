import ConvertFiles

extension Tensor {
    /// Calls `body` with the elements in C order, in windows that each hold a whole number of elements.
    ///
    /// A contiguous tensor is read from its storage without a copy, and its pages are released once they are read; any other is gathered
    /// by its strides. `body` may throw to stop.
    public func forEachCOrderWindow(windowSize: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard elementCount > 0 else { return }
        let bytes = try storage.bytes()
        let width = dtype.byteCount
        let step = max(width, windowSize / width * width)
        if isContiguous {
            var at = offset * width
            let end = at + byteCount
            while at < end {
                let window = try bytes.window(at: at, count: min(step, end - at))
                try window.withUnsafeBytes { try body($0) }
                window.letGo()
                at += window.count
            }
            return
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(step, byteCount), alignment: 64)
        defer { buffer.deallocate() }
        try bytes.withUnsafeBytes { source in
            switch width {
            case 1 where dtype == .bool:
                // A bool that torch copies is 0 or 1, whichever byte represents True in the file.
                try gather(UInt8.self, from: source, into: buffer) { window in
                    for position in 0..<window.count where buffer[position] > 1 { buffer[position] = 1 }
                    try body(window)
                }
            case 1: try gather(UInt8.self, from: source, into: buffer, body)
            case 2: try gather(UInt16.self, from: source, into: buffer, body)
            case 4: try gather(UInt32.self, from: source, into: buffer, body)
            case 8: try gather(UInt64.self, from: source, into: buffer, body)
            default: try gather(SIMD2<UInt64>.self, from: source, into: buffer, body)
            }
        }
        // Neighboring tensors share few pages, so the whole range of this one may be released.
        if let used = try? bytes.window(at: usedBytes.lowerBound, count: usedBytes.count) { used.letGo() }
    }

    /// Copies elements in C order. Strides along dimensions of size 1 are never used and may be anything, so offsets wrap; `init` has
    /// checked that every offset that is read is inside the storage.
    private func gather<Element>(
        _ type: Element.Type, from source: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let width = dtype.byteCount
        let rank = shape.count
        var index = [Int](repeating: 0, count: rank)
        var position = offset
        var filled = 0
        let inner = shape[rank - 1]
        let innerStride = strides[rank - 1]
        var isDone = false
        while !isDone {
            for _ in 0..<inner {
                if filled + width > buffer.count {
                    try body(UnsafeRawBufferPointer(rebasing: buffer[0..<filled]))
                    filled = 0
                }
                let element = source.loadUnaligned(fromByteOffset: position * width, as: type)
                buffer.storeBytes(of: element, toByteOffset: filled, as: type)
                filled += width
                position &+= innerStride
            }
            position &-= inner &* innerStride
            isDone = true
            for dimension in (0..<rank - 1).reversed() {
                index[dimension] += 1
                position &+= strides[dimension]
                if index[dimension] < shape[dimension] {
                    isDone = false
                    break
                }
                position &-= index[dimension] &* strides[dimension]
                index[dimension] = 0
            }
        }
        try body(UnsafeRawBufferPointer(rebasing: buffer[0..<filled]))
    }

    /// All elements in C order as one view: borrowed if contiguous, otherwise gathered into memory.
    public func cOrderBytes() throws -> ByteView {
        if isContiguous {
            guard elementCount > 0 else { return ByteView(copying: [], name: storage.name) }
            return try storage.bytes().window(at: offset * dtype.byteCount, count: byteCount)
        }
        return try ByteView.filled(count: byteCount, name: storage.name) { target in
            var at = 0
            try forEachCOrderWindow { window in
                UnsafeMutableRawBufferPointer(rebasing: target[at..<at + window.count]).copyMemory(from: window)
                at += window.count
            }
        }
    }
}
