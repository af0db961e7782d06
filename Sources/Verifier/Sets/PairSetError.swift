import ConvertFiles

/// What is wrong with a set of pictures in pairs.
package enum PairSetError: DescribedError, Equatable {
    /// The pickle holds something else than a list of pictures and a list of flags.
    case otherContent(file: String, detail: String)
    /// The pickle names a class or function that no set needs.
    case foreignName(file: String, name: String, offset: Int)
    /// Not two pictures for each flag.
    case counts(file: String, pictures: Int, flags: Int)
    /// Not a single pair.
    case empty(file: String)
    /// An entry of the first list that is not the bytes of a picture.
    case badPicture(file: String, index: Int, detail: String)
    /// An entry of the second list that is not true or false.
    case badFlag(file: String, index: Int, detail: String)
    /// A picture that is not a square after its shorter side is brought to the network's size.
    case notSquare(file: String, index: Int, width: Int, height: Int, side: Int)
    /// Two sets of one command with the same name.
    case sameName(name: String, first: String, second: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .otherContent(let file, let detail): "\(file): is not a set of pairs: \(detail)"
        case .foreignName(let file, let name, let offset):
            "\(file): names \(name) at offset \(offset) of the pickle, which no set of pictures needs; nothing was called"
        case .counts(let file, let pictures, let flags):
            "\(file): \(NumberText.grouped(pictures)) pictures for \(NumberText.grouped(flags)) pairs, not two for each"
        case .empty(let file): "\(file): holds no pairs"
        case .badPicture(let file, let index, let detail):
            "\(file): entry \(index) of its pictures is \(detail), not the bytes of a picture"
        case .badFlag(let file, let index, let detail): "\(file): entry \(index) of its flags is \(detail), not true or false"
        case .notSquare(let file, let index, let width, let height, let side):
            "\(file), picture \(index): is \(width)×\(height), which does not become \(side)×\(side) if its shorter side is resized"
        case .sameName(let name, let first, let second): "\(first) and \(second) are both called \(name)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .otherContent: "give an insightface .bin: the pickle of a list of JPEG or PNG bytes and a list of flags"
        case .foreignName: "do not load it with Python; fetch the set from where it was published"
        case .counts, .empty, .badPicture, .badFlag: "fetch the file again, or pack it again"
        case .notSquare: "pack pictures of the network's size"
        case .sameName: "rename one of them"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] { [] }
}
