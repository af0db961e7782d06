import Foundation
import Testing

@testable import ConvertFiles

/// The memory budget follows the limits that the system reports.
@Suite struct MemoryBudgetTests {
    @Test("The least limit of a control group and its parents counts")
    func theLeastLimitOfAllGroupsAboveCounts() {
        let files = [
            "/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "500000000\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/job/7/memory.limit_in_bytes": "200000000\n",
        ]
        func limit(_ groups: String) -> Int? { MemoryBudget.container(groups: groups, read: { files[$0] }) }
        #expect(limit("0::/a/b\n") == 500_000_000)
        #expect(limit("0::/\n") == nil)
        #expect(limit("5:devices:/\n4:cpu,memory:/job/7\n0::/\n") == 200_000_000)
        #expect(limit("4:memory:/elsewhere/on/the/host\n") == 9_223_372_036_854_771_712)
        #expect(limit("") == nil && limit("4:memory") == nil && limit("x:cpu:/job/7") == nil)
    }

    @Test("The least quota of processor time of a control group and its parents counts, in whole cores")
    func processorQuota() {
        let files = [
            "/sys/fs/cgroup/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "250000 100000\n",
            "/sys/fs/cgroup/a/b/cpu.max": "400000 100000\n", "/sys/fs/cgroup/c/cpu.max": "50000 100000\n",
            "/sys/fs/cgroup/d/cpu.max": "1 0\n",
        ]
        func cores(_ groups: String) -> Int? { ProcessorQuota.cores(groups: groups, read: { files[$0] }) }
        #expect(cores("0::/a/b\n") == 3 && cores("0::/c\n") == 1)
        #expect(cores("0::/\n") == nil && cores("0::/d\n") == nil && cores("") == nil && cores("4:cpu:/a\n") == nil)
    }

    @Test("The budget stays below a limit on address space")
    func addressSpaceThatIsLimitedIsNotPromised() async {
        await #expect(processExitsWith: .success) {
            var status = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &status)
            status.rlim_cur = min(status.rlim_max, 16 << 30)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &status)
            // Memory that is already mapped counts.
            exit(MemoryBudget.bytes < 16 << 30 && MemoryBudget.bytes >= 64 << 20 ? 0 : 1)
        }
    }
}
