import CCPU
import ConvertFiles
import Glibc

/// Cores that this process may use: those that it may run on (as `taskset` and batch systems set it), and no more than a container's quota of
/// processor time.
let coreCount: Int = {
    let allowed = Int(convert_cpu_allowed_count())
    let count = allowed > 0 ? allowed : sysconf(Int32(_SC_NPROCESSORS_ONLN))
    return max(1, min(count, ProcessorQuota.cores ?? count))
}()
