import Glibc

/// What lies in a folder.
public enum FolderListing {
    /// The names in a folder but `.` and `..`, sorted by their bytes. A name that is no UTF-8 comes with its bad bytes replaced, so that
    /// nothing is found under it. Throws `FileError.unreadable`.
    public static func names(in folder: String) throws(FileError) -> [String] {
        guard let stream = opendir(folder) else { throw .unreadable(path: folder, reason: lastSystemError()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
