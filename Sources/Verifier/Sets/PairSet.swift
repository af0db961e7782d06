import ConvertFiles
import ConvertTensors
import PthReader

/// A set of finished pictures in pairs, as insightface ships `lfw.bin`, `cfp_fp.bin`, `agedb_30.bin` and others: the pickle of a list of
/// JPEG or PNG bytes and a list of flags; pictures 2i and 2i + 1 are a pair, and flag i says whether they show the same person.
///
/// Nothing in the pickle is executed. Pictures stay views of the mapped file where the pickle holds them as bytes; one that occurs several
/// times is one picture.
package struct PairSet: Sendable {
    /// One encoded picture.
    struct Picture: Sendable {
        let bytes: ByteView
        let digest: SHA256Digest
        /// Its place in the file's list, from 0.
        let index: Int
    }

    /// The set's name: the file's base name without its ending.
    package let name: String
    /// The file.
    package let file: MappedFile
    /// The pairs in file order; a picture is called by the set's name and its first place in the list.
    package let pairs: PairList
    private let pictures: [Picture]
    private let placeOfName: [ExactText: Int]

    /// Bytes of the file that are in memory at once while pictures are told apart.
    private static let pagesKept = 16 << 20
    /// Folds of insightface's own code.
    package static let usualFolds = 10

    /// Reads a set.
    /// - Parameter folds: Consecutive folds that the pairs are divided into; nil for ten.
    /// - Throws: `PairSetError`; `FileError`; what reading a pickle throws; `LFWError` if the pairs cannot be divided into folds.
    package init(_ file: MappedFile, folds: Int? = nil) throws {
        let (values, flags) = try PairSetReader.lists(file)
        guard values.count == 2 * flags.count else {
            throw PairSetError.counts(file: file.path, pictures: values.count, flags: flags.count)
        }
        guard !flags.isEmpty else { throw PairSetError.empty(file: file.path) }
        let name = PathText.stem(file.name)
        var places: [SHA256Digest: Int] = [:]
        var pictures: [Picture] = []
        file.bytes.letGo()
        var read = 0
        let nameOfEach = values.enumerated().map { index, bytes in
            // Pages come back when a picture is decoded.
            read += bytes.count
            if read > PairSet.pagesKept {
                read = 0
                file.bytes.letGo()
            }
            let digest = bytes.withUnsafeBytes { SHA256Digest(of: $0) }
            if let place = places[digest] { return PairSet.name(pictures[place].index, in: name) }
            places[digest] = pictures.count
            pictures.append(Picture(bytes: bytes, digest: digest, index: index))
            return PairSet.name(index, in: name)
        }
        file.bytes.letGo()
        let pairs = flags.indices.map { LFWPair(nameOfEach[2 * $0], nameOfEach[2 * $0 + 1], isSame: flags[$0]) }
        self.pairs = try PairList(inFileOrder: pairs, folds: folds ?? PairSet.usualFolds, setName: name, file: file.path)
        (self.name, self.file, self.pictures) = (name, file, pictures)
        placeOfName = Dictionary(
            pictures.indices.map { (ExactText(PairSet.name(pictures[$0].index, in: name)), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The name of a picture: with leading zeros, so that names sort as the file does.
    private static func name(_ index: Int, in set: String) -> String {
        let digits = String(index)
        return "\(set)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }

    /// A picture's encoded bytes, their digest, and its place in the file's list; nil if the set has none of this name.
    package func picture(_ name: String) -> (bytes: ByteView, digest: SHA256Digest, index: Int)? {
        placeOfName[ExactText(name)].map { (pictures[$0].bytes, pictures[$0].digest, pictures[$0].index) }
    }

    /// Lets go of the file's pages between two pictures, both included, once they are decoded.
    package func letGo(from first: String, to last: String) {
        guard let start = picture(first)?.bytes, let end = picture(last)?.bytes else { return }
        file.bytes.letGo(from: start, to: end)
    }
}
