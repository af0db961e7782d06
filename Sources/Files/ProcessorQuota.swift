/// How much processor time a container may use (`cpu.max` of control groups, version 2).
package enum ProcessorQuota {
    /// Whole cores, rounded up; nil if there is no limit.
    package static let cores: Int? = cores(groups: SystemFile.text("/proc/self/cgroup") ?? "", read: SystemFile.text)

    /// The least quota of the control groups listed in the format of /proc/self/cgroup; `read` returns the contents of a system file.
    static func cores(groups: String, read: (_ path: String) -> String?) -> Int? {
        let files = ControlGroups(groups).files(controller: "cpu", unified: "cpu.max", older: nil)
        return files.compactMap { file -> Int? in
            // Microseconds of a period: "200000 100000" are two cores, "max 100000" any number.
            let numbers = (read(file) ?? "").split { $0 == " " || $0 == "\n" }.map { Int($0) }
            guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return nil }
            return (quota - 1) / period + 1
        }.min()
    }
}
