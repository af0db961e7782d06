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

    /// The paths of all pictures, those of each folder and its subfolders sorted by their bytes; also of subfolders that cannot be read, which
    /// no decoder takes. Throws where a folder that was named cannot be read or holds no picture. What a file holds is not looked at.
    public static func list(_ operands: [String]) throws -> [String] {
        var all: [String] = []
        for operand in operands {
            var status = stat()
            guard stat(PathText.system(operand), &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
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
        for name in try FolderListing.names(in: folder) where name.utf8.first != UInt8(ascii: ".") {
            let path = PathText.join(folder, name)
            var status = stat()
            let isThere = stat(PathText.system(path), &status) == 0
            if isThere, status.st_mode & S_IFMT == S_IFDIR {
                // A folder that cannot be looked into stands among the pictures, so that it is told as one that failed.
                do { try collect(path, depth: depth + 1, into: &found) } catch FileError.unreadable { found.append(path) }
            } else if endings.contains(PathText.ending(name).lowercased()) {
                // So does a link that leads nowhere.
                found.append(path)
            }
        }
    }
}
