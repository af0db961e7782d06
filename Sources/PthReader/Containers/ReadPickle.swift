import ConvertFiles
import Pickle

/// A pickle that was read to its end, so that a second reader of the same bytes need not read it again.
struct ReadPickle: Sendable {
    private let start: Int
    private let count: Int
    private let document: PickleDocument

    /// - Parameters:
    ///   - bytes: a window of a mapped file; not bytes that were inflated.
    ///   - document: what is at its beginning.
    init(bytes: ByteView, document: PickleDocument) {
        (start, count, self.document) = (bytes.start, bytes.count, document)
    }

    /// The document of the same bytes of the same file; nil for others.
    func document(of bytes: ByteView) -> PickleDocument? { bytes.start == start && bytes.count == count ? document : nil }
}
