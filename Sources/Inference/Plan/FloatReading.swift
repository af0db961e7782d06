import ConvertFiles
import ConvertTensors

/// A tensor's numbers as float32 in C order: borrowed if they are so already, else converted.
struct FloatReading {
    private let owner: Tensor
    private let copy: FloatMemory?
    private let lent: UInt
    /// The bytes that the numbers are borrowed from; nil if they were converted.
    private let bytes: ByteView?

    init(_ tensor: Tensor) throws {
        owner = tensor
        if tensor.dtype == .float32, tensor.isContiguous {
            // Mapped bytes may have any offset in their file; only aligned ones can be read as numbers.
            let bytes = try tensor.cOrderBytes()
            let address = bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
            if address % 4 == 0, address != 0, tensor.storage.isLent {
                (lent, copy, self.bytes) = (address, nil, bytes)
                return
            }
        }
        guard let memory = FloatMemory(zeros: tensor.elementCount) else {
            throw InferenceError.tooMuchMemory(needed: tensor.elementCount, limit: 0)
        }
        var at = 0
        try tensor.forEachDoubleWindow { window in
            for (index, value) in window.enumerated() { memory.base[at + index] = Float(value) }
            at += window.count
        }
        (lent, copy, bytes) = (0, memory, nil)
    }

    /// Lets go of the pages of some of the numbers, which are read from the file again if somebody needs them.
    func letGo(_ numbers: Range<Int>) {
        guard let bytes, let window = try? bytes.window(at: 4 * numbers.lowerBound, count: 4 * numbers.count) else { return }
        window.letGo()
    }

    /// The numbers; valid while this value lives.
    var base: UnsafePointer<Float> {
        if let copy { return UnsafePointer(copy.base) }
        // `init` has shown that the address is not zero.
        return UnsafePointer(bitPattern: lent).unsafelyUnwrapped
    }
}
