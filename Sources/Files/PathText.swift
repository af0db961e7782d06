import Glibc

/// Parts of paths. Paths are bytes: a `/` or `.` followed by a combining mark is one character of Swift's and still separates, so that all
/// cuts are made between bytes.
public enum PathText {
    /// The last component; the path itself where there is none.
    public static func baseName(_ path: String) -> String {
        path.utf8.split(separator: slash).last.map { String(decoding: $0, as: UTF8.self) } ?? path
    }

    /// The components, without empty ones.
    public static func components(_ path: String) -> [String] {
        path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The folder of a path: `.` for a bare name, `/` for what lies in the root. Slashes at the end do not count.
    public static func folder(_ path: String) -> String {
        var bytes = Array(path.utf8)[...]
        while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
        guard let cut = bytes.lastIndex(of: slash) else { return "." }
        return cut == bytes.startIndex ? "/" : String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// The path without its last component's ending; a name that is all ending, such as `.png`, keeps it.
    public static func stem(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let start = bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0
        guard let cut = bytes[start...].lastIndex(of: dot), cut > start else { return path }
        return String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// The ending of the last component, without its dot; empty where there is none.
    public static func ending(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let start = bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0
        guard let cut = bytes[start...].lastIndex(of: dot) else { return "" }
        return String(decoding: bytes[(cut + 1)...], as: UTF8.self)
    }

    /// A path below a folder; in `.` a bare name stays one.
    public static func join(_ folder: String, _ name: String) -> String {
        folder == "." ? name : folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
    }

    /// What of `path` lies below `folder`; nil where it does not lie there.
    public static func below(_ folder: String, _ path: String) -> String? {
        let base = Array(join(folder, "").utf8)
        let bytes = Array(path.utf8)
        guard bytes.starts(with: base) else { return nil }
        return String(decoding: bytes[base.count...], as: UTF8.self)
    }

    /// The path without links, `.` and `..`; nil where nothing lies there.
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
