import Files
import Glibc

/// Pictures named on a command line: files as they are given, and those in folders.
public enum ImageFiles {
    /// How many folders deep is looked.
    public static let depthLimit = 32

    /// Endings that are looked for in folders. Kinds that cannot be decoded are among them, so that they are refused by name and not passed
    /// over in silence.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "jp2", "jxl",
    ]

    /// The paths of all pictures, those of each folder and its subfolders sorted by their bytes. Throws where a folder cannot be read or
    /// holds no picture. What a file holds is not looked at.
    public static func list(_ operands: [String]) throws -> [String] {
        var all: [String] = []
        for operand in operands {
            var status = stat()
            guard stat(operand, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                all.append(operand)
                continue
            }
            var found: [String] = []
            try collect(operand, depth: 0, into: &found)
            guard !found.isEmpty else { throw FacesError.noImages(folder: operand) }
            all += found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        return all
    }

    private static func collect(_ folder: String, depth: Int, into found: inout [String]) throws {
        // Links can lead round in circles; nobody's pictures lie this deep.
        guard depth < depthLimit else { throw FacesError.tooDeep(folder: folder) }
        guard let stream = opendir(folder) else {
            throw FileError.unreadable(path: folder, reason: strerror(errno).map { String(cString: $0) } ?? "error \(errno)")
        }
        defer { closedir(stream) }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = base + name
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect(path, depth: depth + 1, into: &found)
            } else if let dot = name.lastIndex(of: "."), endings.contains(name[name.index(after: dot)...].lowercased()) {
                found.append(path)
            }
        }
    }
}
