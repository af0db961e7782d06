import CInterruption
import Glibc
import Synchronization

/// Names of temporary files, and the removal of those whose process ended without removing them (SIGKILL, power loss).
///
/// A name is `.convert.PROCESS.MACHINE.RANDOM.part`. Each process holds a lock on its file, which shows whether it is alive; process
/// numbers are reused, and mean nothing in a different container.
enum TemporaryName {
    private static let front = ".convert."
    private static let ending = ".part"
    /// Files of other machines are left for a day: their locks may not be visible over a network.
    private static let foreignAge = 86_400

    /// Folders that this process has already swept.
    private static let swept = Mutex<Set<FileIdentity.Place>>([])

    /// A new name in a folder; not the target's name with a suffix, which could exceed the limit on the length of names.
    static func path(in folder: String) -> String {
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return PathText.join(folder, "\(front)\(getpid()).\(machine).\(random)\(ending)")
    }

    /// Removes what dead processes of this user left in a folder; once per folder.
    static func sweep(_ folder: String) {
        guard let place = FileIdentity(path: folder)?.place, swept.withLock({ $0.insert(place).inserted }),
            let names = try? FolderListing.names(in: folder)
        else { return }
        for name in names {
            guard let itsMachine = machine(ofName: name) else { continue }
            _ = interruption_sweep(PathText.system(PathText.join(folder, name)), itsMachine == machine ? 0 : foreignAge)
        }
    }

    /// The machine in a name, empty in names of earlier versions; nil for any other name.
    private static func machine(ofName name: String) -> String? {
        guard name.hasPrefix(front), name.hasSuffix(ending), name.utf8.count > front.utf8.count + ending.utf8.count else { return nil }
        let parts = name.dropFirst(front.count).dropLast(ending.count).split(separator: ".", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isHexDigit) }) else { return nil }
        return parts.count == 3 ? String(parts[1]) : ""
    }

    /// A number derived from the machine's name, the same in every run on it.
    private static let machine: String = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        // FNV-1a.
        let sum = name.prefix { $0 != 0 }.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32(UInt8(bitPattern: $1))) &* 16_777_619 }
        return String(sum, radix: 16)
    }()
}
