import Arguments
import ConvertFiles
import ConvertKit

/// Several inputs that one command turns into one file each, all in one folder: `slim *.pth -o DIR/`.
struct ManyOutputs {
    /// One input, and where its output goes.
    struct Item {
        let input: String
        let target: String
        /// Why the input is not read; nil if it is.
        let obstacle: FileError?
        /// The input's way below the folder that was named; nil if it was named itself.
        let below: String?
    }

    let items: [Item]
    private let folder: String

    /// Whether several outputs are asked for. Two operands alone are input and output; a folder after -o takes whatever a pattern matched,
    /// one file too.
    static func areAsked(_ given: Invocation, _ output: Option<String>) -> Bool {
        guard let first = given.operands.first else { return false }
        let isFolder = given[output]?.utf8.last == UInt8(ascii: "/")
        return given.operands.count > 2 || isFolder || (given.operands.count == 2 && given.isGiven(output))
            || FileSelection.mayBeSeveral(first)
    }

    /// Throws if the second of two files, which a pattern may have matched, is a checkpoint that would be replaced with all that only training
    /// needs.
    static func checkSecond(_ given: Invocation, input: String, target: String) throws(ManyOutputsError) {
        guard given.operands.count == 2, given[OutputOptions.force], let there = FileIdentity(path: target)?.place,
            FileIdentity(path: input)?.place != there, Slim.wouldReduce(target)
        else { return }
        throw .replacesCheckpoint(target)
    }

    /// The folder of the outputs. Throws `ManyOutputsError.needsFolder`.
    static func folder(_ given: Invocation, _ output: Option<String>) throws(ManyOutputsError) -> String {
        guard let folder = given[output], OutputOptions.isFolder(folder) else { throw .needsFolder }
        return folder
    }

    /// Finds the inputs, and names the outputs after them.
    /// - Parameter ending: the ending of an input's output.
    /// - Throws: `ManyOutputsError` if no folder is named or two outputs would have one name; nothing was written then.
    init(_ given: Invocation, output: Option<String>, ending: (_ input: String) -> String) throws {
        let folder = try ManyOutputs.folder(given, output)
        let resolved = PathText.resolved(folder)
        var inputs: [String: String] = [:]
        var items: [Item] = []
        var outputs = 0
        for file in try ManyFiles.selection(given).items {
            // What an earlier run wrote is not an input of the next.
            if let resolved, let path = PathText.resolved(file.path), PathText.below(resolved, path) != nil {
                outputs += 1
                continue
            }
            let place = file.below.map(PathText.folder) ?? ""
            let name = "\(ManyOutputs.stem(file.path)).\(ending(file.path))"
            let target = PathText.join(folder, place.isEmpty || place == "." ? name : PathText.join(place, name))
            if let first = inputs.updateValue(file.path, forKey: target) {
                if first == file.path { continue }
                throw ManyOutputsError.clash(first: first, second: file.path, target: target)
            }
            items.append(Item(input: file.path, target: target, obstacle: file.obstacle, below: file.below))
        }
        if items.isEmpty, outputs > 0 { throw ManyOutputsError.onlyOutputs(folder: folder, count: outputs) }
        guard !items.isEmpty else { throw FileError.nothingFound(path: given.operands.joined(separator: ", ")) }
        self.items = items
        self.folder = folder
    }

    /// The base name without its ending; of `model.pth.tar` without both.
    private static func stem(_ path: String) -> String {
        let stem = PathText.stem(PathText.baseName(path))
        return PathText.ending(path).lowercased() == "tar" && !PathText.ending(stem).isEmpty ? PathText.stem(stem) : stem
    }

    /// Makes each output; a file that fails does not stop the others.
    /// - Parameter make: makes one, and gives its exit code.
    /// - Returns: 2 if any failed, else 1 if a check of any failed, else 0.
    func run(isQuiet: Bool, make: (Item) throws -> Int32) throws -> Int32 {
        var (failed, unlike, others) = (0, 0, 0)
        try OutputFolder.create(folder)
        for item in items {
            do {
                if let obstacle = item.obstacle { throw obstacle }
                if let below = item.below {
                    var place = folder
                    for component in PathText.folder(below).split(separator: "/") where component != "." {
                        place = PathText.join(place, String(component))
                        try OutputFolder.create(place)
                    }
                }
                switch try make(item) {
                case ExitStatus.fine: continue
                case ExitStatus.checkFailed: unlike += 1
                default: failed += 1
                }
            } catch  where ManyFiles.isOther(error, below: item.below) {
                others += 1
            } catch {
                Terminal.progress("")
                let line = ErrorText.line(error)
                Terminal.say("\(line.contains(PathText.baseName(item.input)) ? "" : "\(item.input): ")\(line)")
                failed += 1
            }
        }
        let (total, bad) = (items.count - others, failed + unlike)
        if !isQuiet || bad > 0 {
            let skipped = others > 0 ? "; other files, not read: \(others)" : ""
            Terminal.say(
                "\(total - bad) of \(total) file\(total == 1 ? "" : "s") written\(bad > 0 ? "; \(bad) failed, see above" : "")\(skipped)")
        }
        return failed > 0 ? ExitStatus.failed : unlike > 0 ? ExitStatus.checkFailed : ExitStatus.fine
    }
}

/// What keeps several files from being written.
enum ManyOutputsError: DescribedError, Equatable {
    /// Several inputs, and no folder for their outputs.
    case needsFolder
    /// Two inputs whose outputs would have one name.
    case clash(first: String, second: String, target: String)
    /// All files are in the folder of the outputs.
    case onlyOutputs(folder: String, count: Int)
    /// The second of two files is a checkpoint, and nothing says that it is the output.
    case replacesCheckpoint(String)

    var problem: String {
        switch self {
        case .needsFolder: "several files are written to a folder"
        case .clash(let first, let second, let target): "\(first) and \(second) would both become \(target)"
        case .onlyOutputs(let folder, let count):
            "\(folder): is where outputs go, and \(count == 1 ? "the file" : "all \(count) files") to read \(count == 1 ? "is" : "are") in it; "
                + "files there are taken for earlier outputs"
        case .replacesCheckpoint(let path): "\(path): is a training checkpoint, and would be replaced by the first file's output"
        }
    }

    var remedy: String {
        switch self {
        case .needsFolder: "name it, with a slash at its end: -o DIR/"
        case .clash: "rename one, or write them one by one; nothing was written"
        case .onlyOutputs: "name a different folder, which may be inside this one: -o DIR/"
        case .replacesCheckpoint: "name it with -o if that is meant; several files are written to a folder, -o DIR/"
        }
    }

    var decisions: [Decision] { [] }
}
