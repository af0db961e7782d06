import ConvertFiles
import Verifier

/// Makes a list of pairs from a folder with a folder of pictures for each person, and writes it.
public struct PairMaker: Sendable {
    /// The folder with the people's folders.
    public var folder: String
    /// The file that is written.
    public var output: String
    /// Whether an existing one may be replaced.
    public var isReplacing = false
    /// Pairs in all, a multiple of twice the number of folds.
    public var pairCount = 6000
    /// Folds, which share no person.
    public var folds = 10
    /// The seed that the list is drawn by.
    public var seed: UInt64 = 1

    /// What was made.
    public struct Report: Sendable {
        /// People, and their pictures.
        public let people: Int
        /// Pictures of all of them.
        public let pictures: Int
        /// Pairs in all, half of them of one person.
        public let pairs: Int
        /// How many people each fold has.
        public let peopleOfFold: [Int]
    }

    private static let endings: Set<String> = ["jpg", "jpeg", "png"]

    /// A list of 6,000 pairs in 10 folds.
    public init(_ folder: String, output: String) {
        self.folder = folder
        self.output = output
    }

    /// Reads the folder, draws the pairs, and writes the list. Throws `PairMakingError` if there are too few people or pictures, and
    /// `FileError`.
    public func run() throws -> Report {
        try OutputFile.check(target: output, replacing: isReplacing, inputs: [])
        let people = try people()
        let made = try PairMaking(people, count: pairCount, folds: folds, seed: seed, folder: folder)
        let file = try OutputFile(target: output, replacing: isReplacing, inputs: [])
        try file.write(made.csv)
        try file.flush()
        try file.commit()
        return Report(
            people: people.count, pictures: people.reduce(0) { $0 + $1.pictures.count }, pairs: made.pairs.count,
            peopleOfFold: made.peopleOfFold)
    }

    private func people() throws -> [PairMaking.Person] {
        try FolderListing.check(folder)
        var people: [PairMaking.Person] = []
        var count = 0
        for name in try FolderListing.names(in: folder) where name.utf8.first != UInt8(ascii: ".") {
            let path = PathText.join(folder, name)
            guard FolderListing.isFolder(path) else { continue }
            let pictures = try FolderListing.names(in: path)
                .filter { $0.utf8.first != UInt8(ascii: ".") && PairMaker.endings.contains(PathText.ending($0).lowercased()) }
                // A folder, or a link to a missing file, is not a picture even if its name ends like one.
                .filter { name in
                    let path = PathText.join(path, name)
                    return FileIdentity(path: path) != nil && !FolderListing.isFolder(path)
                }
            count += pictures.count
            guard count <= PairMaking.pictureLimit else {
                throw PairMakingError.tooManyPictures(folder: folder, limit: PairMaking.pictureLimit)
            }
            if !pictures.isEmpty { people.append(.init(name: name, pictures: pictures.map { "\(name)/\($0)" })) }
        }
        guard !people.isEmpty else { throw PairMakingError.noPeople(folder: folder) }
        return people
    }
}
