import Glibc

/// The control groups that a process is in, which limit what a container or a batch job may use.
struct ControlGroups {
    private let lines: [[Substring]]

    /// - Parameter text: in the format of /proc/self/cgroup.
    init(_ text: String) {
        lines = text.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
    }

    /// The files of a limit in all groups: version 2's name, and version 1's of this controller.
    func files(controller: String, unified: String, older: String?) -> [String] {
        var files: [String] = []
        for fields in lines where fields.count == 3 {
            let isUnified = fields[1].isEmpty
            guard let file = isUnified ? unified : older,
                isUnified || fields[1].split(separator: ",").contains(Substring(controller))
            else { continue }
            let base = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
            // A group's limit also applies to the groups below it. In a container the path may be the host's, which does not exist.
            var parts = PathText.components(String(fields[2]))
            while true {
                files.append(([base] + parts + [file]).joined(separator: "/"))
                if parts.isEmpty { break }
                parts.removeLast()
            }
        }
        return files
    }
}

/// Small files of /proc or /sys, which have no size and cannot be mapped.
enum SystemFile {
    static func text(_ path: String) -> String? {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
