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
        let pages = SystemFile.text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
        return (pages ?? 0).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue
    }

    private static var container: Int? { container(groups: SystemFile.text("/proc/self/cgroup") ?? "", read: SystemFile.text) }

    /// The least limit of the control groups listed in the format of /proc/self/cgroup; `read` returns the contents of a system file.
    static func container(groups: String, read: (_ path: String) -> String?) -> Int? {
        let files = ControlGroups(groups).files(controller: "memory", unified: "memory.max", older: "memory.limit_in_bytes")
        return files.compactMap { read($0).flatMap { Int($0.prefix { $0.isNumber }) } }.filter { $0 > 0 }.min()
    }
}
