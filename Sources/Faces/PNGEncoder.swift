import CImages
import Glibc

extension DecodedImage {
    /// The picture as an RGB PNG without time or text, so that the same pixels give the same bytes. Throws if memory is short.
    package func png() throws(FacesError) -> [UInt8] {
        var report = cimages_report()
        var count = 0
        let bytes = pixels.withUnsafeBufferPointer { pixels in
            cimages_png_encode(pixels.baseAddress, UInt32(truncatingIfNeeded: width), UInt32(truncatingIfNeeded: height), &count, &report)
        }
        guard let bytes else { throw .noMemory(path: name, width: width, height: height) }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
