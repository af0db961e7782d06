import Glibc

/// Parts of paths. Paths are split between bytes: in Swift, a `/` or `.` followed by a combining mark is a single character, but it still
/// separates.
public enum PathText {
    /// Whether `part` occurs in a path, byte for byte; `String.contains` takes a hundred times as long.
    public static func contains(_ path: String, _ part: String) -> Bool {
        var (path, part) = (path, part)
        return path.withUTF8 { text in
            part.withUTF8 { wanted in
                guard wanted.count <= text.count else { return false }
                return (0...text.count - wanted.count).contains { start in
                    wanted.indices.allSatisfy { text[start + $0] == wanted[$0] }
                }
            }
        }
    }

    /// The last component, or the path itself if there is none.
    public static func baseName(_ path: String) -> String {
        path.utf8.split(separator: slash).last.map { String(decoding: $0, as: UTF8.self) } ?? path
    }

    /// The components, without empty ones.
    public static func components(_ path: String) -> [String] {
        path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The folder of a path: `.` for a bare name, `/` for a name in the root. Trailing slashes do not count.
    public static func folder(_ path: String) -> String {
        var bytes = Array(path.utf8)[...]
        while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
        guard let cut = bytes.lastIndex(of: slash) else { return "." }
        return cut == bytes.startIndex ? "/" : String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// The path without the extension of its last component; a name that is all extension, such as `.png`, keeps it.
    public static func stem(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let start = bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0
        guard let cut = bytes[start...].lastIndex(of: dot), cut > start else { return path }
        return String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// The extension of the last component, without its dot; empty if there is none.
    public static func ending(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let start = bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0
        guard let cut = bytes[start...].lastIndex(of: dot) else { return "" }
        return String(decoding: bytes[(cut + 1)...], as: UTF8.self)
    }

    /// A path below a folder; with `.`, a bare name stays a bare name.
    public static func join(_ folder: String, _ name: String) -> String {
        folder == "." ? name : folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
    }

    /// The part of `path` below `folder`; nil if it is not below it.
    public static func below(_ folder: String, _ path: String) -> String? {
        let base = Array(join(folder, "").utf8)
        let bytes = Array(path.utf8)
        guard bytes.starts(with: base) else { return nil }
        return String(decoding: bytes[base.count...], as: UTF8.self)
    }

    /// The path without links, `.` and `..`; nil if it does not exist.
    public static func resolved(_ path: String) -> String? {
        guard let real = realpath(system(path), nil) else { return nil }
        defer { free(real) }
        return text(real)
    }

    /// Whether the last component is itself a link.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(system(path), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
