import Dispatch
import Glibc

extension DispatchQueue {
    /// Cores that this process may use.
    static var coreCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
