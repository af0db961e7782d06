import ConvertFiles
import Glibc

/// Lists pictures from file and folder names.
package enum ImageFiles {
    /// How deep folders may be nested.
    package static let depthLimit = 32

    /// Extensions that are looked for in folders. They include kinds that cannot be decoded, so that those are refused by name instead of
    /// being skipped silently.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "jp2", "jxl",
    ]

    /// The paths of all pictures, those of each folder and its subfolders sorted by their bytes. Subfolders that cannot be read are
    /// included, so that they are reported when they are opened. Throws if a given folder cannot be read or holds no picture. The files
    /// themselves are not opened.
    package static func list(_ operands: [String]) throws -> [String] {
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

    /// Whether a file would be listed from a folder that it is in, by its path below that folder.
    package static func isTaken(_ path: String) -> Bool {
        PathText.components(path).allSatisfy { $0.utf8.first != UInt8(ascii: ".") } && endings.contains(PathText.ending(path).lowercased())
    }

    private static func collect(_ folder: String, depth: Int, into found: inout [String]) throws {
        // Links can form cycles, and no real pictures are nested this deep.
        guard depth < depthLimit else { throw FacesError.tooDeep(folder: folder) }
        for name in try FolderListing.names(in: folder) where name.utf8.first != UInt8(ascii: ".") {
            let path = PathText.join(folder, name)
            var status = stat()
            let isThere = stat(PathText.system(path), &status) == 0
            if isThere, status.st_mode & S_IFMT == S_IFDIR {
                // Unreadable folders are listed as pictures so that they are reported as failures.
                do { try collect(path, depth: depth + 1, into: &found) } catch FileError.unreadable { found.append(path) }
            } else if endings.contains(PathText.ending(name).lowercased()) {
                // So are dangling links.
                found.append(path)
            }
        }
    }
}
