import ConvertFiles

/// A list of pairs and the files that it was read from: one, or all of a protocol's folder.
package struct PairListFile: Sendable {
    /// The path as given.
    package let path: String
    /// The pairs.
    package let pairs: PairList
    private let files: [MappedFile]

    /// Its last component.
    package var name: String { PathText.baseName(path) }
    /// The identities of all files.
    package var identities: [FileIdentity] { files.map(\.identity) }

    /// Reads a list in any form, or CFP's folder of lists.
    /// - Parameters:
    /// - folds: The number of folds; nil for the list's own, or LFW's.
    /// - Throws: `FileError`, or `LFWError` with file and line.
    package init(path: String, folds: Int? = nil) throws {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.path = path
        if FolderListing.isFolder(path) {
            let (content, files) = try FrontalProfileLists.read(path)
            self.files = files
            pairs = try PairList(content, folds: folds, file: path)
        } else {
            let file = try MappedFile(path: path)
            files = [file]
            pairs = try PairList(file, folds: folds)
        }
    }

    /// Throws `FileError.changedWhileRead` if a file has changed since it was read.
    package func checkUnchanged() throws(FileError) { for file in files { try file.checkUnchanged() } }
}
