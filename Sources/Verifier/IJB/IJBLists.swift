import ConvertFiles

/// The lists of IJB-B or IJB-C for 1:1 verification, as insightface's `recognition/arcface_torch/eval_ijbc.py` reads them: fields separated
/// by blanks, without a heading.
package struct IJBLists: Sendable {
    /// One picture of one template; a picture that belongs to several templates has a line for each.
    package struct Picture: Sendable, Equatable {
        /// The file's name below `loose_crop`.
        package let name: String
        /// x and y of eye, eye, nose, and corners of the mouth, left to right in the picture, in pixels.
        package let points: [Double]
        /// The detector's confidence, by which the picture's vector is multiplied.
        package let score: Float
    }

    /// Pictures in the order of the lists.
    package let pictures: [Picture]
    /// Numbers of the templates that pictures belong to, each once, in ascending order.
    package let templates: [Int]
    /// For each picture, the index of its template.
    let templateOfPicture: [Int32]
    /// For each picture, how many pictures of its template are from the same medium: frames of one video.
    let picturesOfMedium: [Int32]
    /// How many media there are in all templates together.
    package let mediaCount: Int
    /// The list of pairs: template, template, and 1 for the same person or 0.
    package let pairs: MappedFile
    /// Base names of the files, for a report.
    package let names: [String]

    static let pictureSuffix = "_name_5pts_score.txt"
    static let mediumSuffix = "_face_tid_mid.txt"
    static let pairSuffix = "_template_pair_label.txt"

    /// Reads the lists of a set's folder, or of its folder `meta`. Throws `IJBError` or `FileError`.
    package init(folder: String) throws {
        let inner = PathText.join(folder, "meta")
        let folder = FileIdentity(path: inner) == nil ? folder : inner
        let files = try IJBLists.files(in: folder)
        let pictures = try IJBLists.pictures(files.pictures)
        let members = try IJBLists.members(files.media, of: pictures, in: files.pictures)
        self.pictures = pictures
        pairs = files.pairs
        names = [files.pictures.name, files.media.name, files.pairs.name]
        templates = Set(members.map(\.template)).sorted()
        let places = Dictionary(uniqueKeysWithValues: templates.enumerated().map { ($1, Int32($0)) })
        templateOfPicture = members.map { places[$0.template] ?? 0 }
        var counts: [Member: Int32] = [:]
        for member in members { counts[member, default: 0] += 1 }
        picturesOfMedium = members.map { counts[$0] ?? 1 }
        mediaCount = counts.count
        for file in [files.pictures, files.media] { try file.checkUnchanged() }
    }

    private struct Member: Hashable {
        let template, medium: Int
    }

    private static func files(in folder: String) throws -> (pictures: MappedFile, media: MappedFile, pairs: MappedFile) {
        let names = try FolderListing.names(in: folder)
        func file(_ suffix: String) throws -> MappedFile {
            let found = names.filter { $0.hasSuffix(suffix) }.sorted()
            guard found.count == 1, let name = found.first else { throw IJBError.listCount(folder: folder, suffix: suffix, found: found) }
            return try MappedFile(path: PathText.join(folder, name))
        }
        return (try file(pictureSuffix), try file(mediumSuffix), try file(pairSuffix))
    }

    private static func pictures(_ file: MappedFile) throws -> [Picture] {
        try file.bytes.withUnsafeBytes { bytes throws in
            var lines = ListLines(bytes, 0..<bytes.count)
            var pictures: [Picture] = []
            while var fields = lines.nextLine() {
                func bad(_ reason: String) -> IJBError { .badLine(file: file.path, line: lines.number, reason: reason) }
                guard let name = fields.field() else { continue }
                let text = try PathPairLines.path(Substring(decoding: name, as: UTF8.self), file.path, lines.number)
                var numbers: [Double] = []
                while numbers.count < 11 {
                    guard let number = fields.number() else { throw bad("a name, ten coordinates and a score are expected") }
                    numbers.append(number)
                }
                guard fields.isAtEnd() else { throw bad("more follows a name, ten coordinates and a score") }
                let score = Float(numbers.removeLast())
                guard score.isFinite else { throw bad("the score is too large") }
                pictures.append(Picture(name: text, points: numbers, score: score))
            }
            guard !pictures.isEmpty else { throw IJBError.empty(file: file.path) }
            return pictures
        }
    }

    private static func members(_ file: MappedFile, of pictures: [Picture], in list: MappedFile) throws -> [Member] {
        try file.bytes.withUnsafeBytes { bytes throws in
            var lines = ListLines(bytes, 0..<bytes.count)
            var members: [Member] = []
            members.reserveCapacity(pictures.count)
            while var fields = lines.nextLine() {
                guard let name = fields.field() else { continue }
                guard let template = fields.wholeNumber(), let medium = fields.wholeNumber(), fields.isAtEnd() else {
                    throw IJBError.badLine(
                        file: file.path, line: lines.number, reason: "a name and the numbers of a template and a medium are expected")
                }
                if members.count < pictures.count, !pictures[members.count].name.utf8.elementsEqual(name) {
                    throw IJBError.differentPictures(
                        file: file.path, line: lines.number, name: String(decoding: name, as: UTF8.self),
                        other: pictures[members.count].name)
                }
                members.append(Member(template: template, medium: medium))
            }
            guard members.count == pictures.count else {
                throw IJBError.differentCounts(file: file.path, count: members.count, other: list.path, otherCount: pictures.count)
            }
            return members
        }
    }
}
