import Glibc

/// The files that a command line names: files, folders with all that is below them, and patterns that a shell did not expand.
public struct FileSelection: Sendable {
    /// A file, or why a name does not lead to one.
    public struct Item: Sendable {
        /// The path as the operand gives it, followed by the way below it.
        public let path: String
        /// Why it is not read; nil if it is.
        public let obstacle: FileError?
        /// The way below the folder that was named; nil if the file itself was.
        public let below: String?

        /// A file that was found.
        public init(path: String, obstacle: FileError?, below: String? = nil) {
            (self.path, self.obstacle, self.below) = (path, obstacle, below)
        }
    }

    /// In the order of the operands; those of a folder sorted by the bytes of their paths.
    public let items: [Item]

    /// How deep folders may be nested.
    public static let depthLimit = 64

    /// - Parameters:
    ///   - operands: paths and patterns (`*`, `?` and `[…]`).
    ///   - including: of folders, only files that match one of these; a pattern without a slash is compared with the name, others with the path
    ///     below the folder. Empty for all.
    ///   - excluding: of folders, no files or folders that match one of these.
    /// - Throws: `FileError.missing` for a pattern without a match, `.unreadable` for an operand that cannot be listed.
    public init(_ operands: [String], including: [String] = [], excluding: [String] = []) throws(FileError) {
        var items: [Item] = []
        for operand in operands {
            for path in try FileSelection.expanded(operand) {
                guard FileSelection.kind(path) == S_IFDIR else {
                    items.append(Item(path: path, obstacle: nil, below: nil))
                    continue
                }
                var walk = FolderWalk(root: path, including: including, excluding: excluding)
                try walk.visit(below: "", depth: 0)
                items += walk.items.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            }
        }
        self.items = items
    }

    /// Whether an operand is a folder or a pattern, so that it may name several files.
    public static func mayBeSeveral(_ operand: String) -> Bool {
        let kind = kind(operand)
        return kind == S_IFDIR || (kind == nil && isPattern(operand))
    }

    private static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// What a path leads to; nil if it leads to nothing.
    fileprivate static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(PathText.system(path), &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// The paths that match a pattern; an operand that is not one, or that exists as it is, is the only one.
    private static func expanded(_ operand: String) throws(FileError) -> [String] {
        guard kind(operand) == nil, isPattern(operand) else { return [operand] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(PathText.system(operand), GLOB_NOSORT, nil, &found) == 0 else { throw .missing(path: operand) }
        return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { PathText.text($0) } }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// A walk through a folder. Links to folders are not followed, since what they lead to is met on its own way or lies outside; links to files
/// are, unless they lead out of the folder.
private struct FolderWalk {
    let root: String
    let including, excluding: [String]
    private(set) var items: [FileSelection.Item] = []
    private let resolvedRoot: String?

    init(root: String, including: [String], excluding: [String]) {
        (self.root, self.including, self.excluding) = (root, including, excluding)
        resolvedRoot = PathText.resolved(root)
    }

    mutating func visit(below: String, depth: Int) throws(FileError) {
        let folder = below.isEmpty ? root : PathText.join(root, below)
        guard depth < FileSelection.depthLimit else {
            return items.append(
                .init(path: folder, obstacle: .unreadable(path: folder, reason: "folders are nested too deep"), below: below))
        }
        let names: [String]
        do { names = try FolderListing.names(in: folder) } catch {
            // The folder that was named has to be readable; one below it is reported with the files.
            if below.isEmpty { throw error }
            return items.append(.init(path: folder, obstacle: error, below: below))
        }
        for name in names {
            let inner = below.isEmpty ? name : PathText.join(below, name)
            if matches(excluding, inner, name) { continue }
            let path = PathText.join(root, inner)
            let isLink = PathText.isLink(path)
            if FileSelection.kind(path) == S_IFDIR {
                if !isLink { try visit(below: inner, depth: depth + 1) }
                continue
            }
            guard including.isEmpty || matches(including, inner, name) else { continue }
            items.append(.init(path: path, obstacle: isLink && leadsOut(path) ? .leadsOut(path: path, folder: root) : nil, below: inner))
        }
    }

    private func matches(_ patterns: [String], _ path: String, _ name: String) -> Bool {
        patterns.contains { fnmatch($0, $0.contains("/") ? path : name, 0) == 0 }
    }

    /// A link that leads nowhere does not lead out: it is reported as missing when it is opened.
    private func leadsOut(_ path: String) -> Bool {
        guard let resolvedRoot, let target = PathText.resolved(path) else { return false }
        return PathText.below(resolvedRoot, target) == nil
    }
}
