import ConvertFiles

/// CFP's protocol (Celebrities in Frontal-Profile): a folder `Protocol/Split/FF` or `Protocol/Split/FP` with a folder for each fold, in which
/// `same.txt` and `diff.txt` hold a pair a line as two numbers, `1,2`. The numbers are those of the pictures in `Protocol/Pair_list_F.txt`
/// (frontal) and, for the second picture of FP, `Protocol/Pair_list_P.txt` (profile): lines of a number and a path from `Protocol`.
enum FrontalProfileLists {
    /// The most folds, and the most pictures in a list.
    private static let (foldLimit, pictureLimit) = (1000, 1_000_000)

    /// Reads the lists.
    /// - Returns: The pairs, each fold's same-person pairs first, with paths from the data set's folder; and every file that was read.
    static func read(_ folder: String) throws -> (content: ListedPairs, files: [MappedFile]) {
        let kind = PathText.baseName(folder).uppercased()
        guard ["FF", "FP"].contains(kind) else {
            throw LFWError.notList(path: folder, reason: "it is a folder, but not CFP's Protocol/Split/FF or Protocol/Split/FP")
        }
        let names = try FolderListing.names(in: folder).filter { Int($0) != nil }.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
        guard 2...foldLimit ~= names.count else {
            throw LFWError.notList(path: folder, reason: "it has \(names.count) folders with a number as name, one for each fold")
        }
        let frontal = try pictures(PathText.join(folder, "../../Pair_list_F.txt"))
        let second = kind == "FF" ? frontal : try pictures(PathText.join(folder, "../../Pair_list_P.txt"))
        var files = [frontal.file] + (kind == "FF" ? [] : [second.file])
        var (pairs, folds): ([LFWPair], [Int]) = ([], [])
        for (fold, name) in names.enumerated() {
            for (list, isSame) in [("same.txt", true), ("diff.txt", false)] {
                let file = try MappedFile(path: PathText.join(PathText.join(folder, name), list))
                files.append(file)
                for line in try TextLines(file.bytes).lines {
                    let numbers = line.bytes.split(separator: 0x2C, omittingEmptySubsequences: false).map { number($0) }
                    guard numbers.count == 2, let a = numbers[0], let b = numbers[1] else {
                        throw LFWError.badLine(file: file.path, line: line.number, reason: "two numbers such as 1,2 are expected")
                    }
                    guard let first = frontal.paths[a], let other = second.paths[b] else {
                        let list = frontal.paths[a] == nil ? frontal : second
                        throw LFWError.badLine(
                            file: file.path, line: line.number,
                            reason: "\(list.file.name) has no picture \(frontal.paths[a] == nil ? a : b)")
                    }
                    pairs.append(LFWPair(first, other, isSame: isSame))
                    folds.append(fold)
                }
            }
        }
        return (ListedPairs(pairs: pairs, folds: folds, form: "CFP's \(kind) protocol"), files)
    }

    private static func pictures(_ path: String) throws -> (paths: [Int: String], file: MappedFile) {
        let file = try MappedFile(path: path)
        var paths: [Int: String] = [:]
        for line in try TextLines(file.bytes).lines {
            let fields = line.fields
            guard fields.count == 2, let number = number(ArraySlice(fields[0].utf8)) else {
                throw LFWError.badLine(file: path, line: line.number, reason: "a number and a path are expected")
            }
            // Paths are from Protocol, and pictures are beside it.
            let below = fields[1].hasPrefix("../") ? fields[1].dropFirst(3) : "Protocol/" + fields[1]
            guard paths.updateValue(try PathPairLines.path(below, path, line.number), forKey: number) == nil else {
                throw LFWError.badLine(file: path, line: line.number, reason: "the number \(number) is there twice")
            }
        }
        return (paths, file)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: bytes, as: UTF8.self).filter { $0 != " " && $0 != "\t" }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number <= pictureLimit else {
            return nil
        }
        return number
    }
}
