import Glibc

/// How much memory this process may use: the least of the machine's memory, what `ulimit` leaves (address space and data), and the
/// container's limit (cgroup, version 2 or 1).
///
/// Work that can be split, or that a small file can make large, is bounded by a share of it, so that it is refused with a reason instead
/// of ending the process.
public enum MemoryBudget {
    /// The budget in bytes, determined once.
    public static let bytes: Int = {
        var least = Int(clamping: Int64(sysconf(Int32(_SC_PHYS_PAGES)))).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        if least.overflow || least.partialValue <= 0 { least = (1 << 40, false) }
        let limits = [limit(RLIMIT_AS).map { $0 - taken }, limit(RLIMIT_DATA), container].compactMap(\.self)
        return max(smallest, limits.reduce(least.partialValue, min))
    }()

    /// Never assume less: the program itself takes about this much.
    private static let smallest = 64 << 20

    private static func limit(_ resource: __rlimit_resource) -> Int? {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0, limits.rlim_cur != rlim_t.max else { return nil }
        return Int(clamping: limits.rlim_cur)
    }

    /// Address space that is already in use, including libraries.
    private static var taken: Int {
        let pages = text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
        return (pages ?? 0).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue
    }

    private static var container: Int? { container(groups: text("/proc/self/cgroup") ?? "", read: text) }

    /// The least limit of the control groups listed in the format of /proc/self/cgroup; `read` returns the contents of a system file.
    static func container(groups: String, read: (_ path: String) -> String?) -> Int? {
        var limits: [Int] = []
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
            let (base, file) = isUnified ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            // A group's limit also applies to the groups below it. In a container the path may be the host's, which does not exist.
            var parts = PathText.components(String(fields[2]))
            while true {
                let path = ([base] + parts + [file]).joined(separator: "/")
                if let number = read(path).flatMap({ Int($0.prefix { $0.isNumber }) }), number > 0 { limits.append(number) }
                if parts.isEmpty { break }
                parts.removeLast()
            }
        }
        return limits.min()
    }

    /// A small file of /proc or /sys, which has no size and cannot be mapped.
    private static func text(_ path: String) -> String? {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
