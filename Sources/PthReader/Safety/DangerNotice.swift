import ConvertFiles
import Synchronization

/// Reports each file that would run something if Python loaded it. `Checkpoint.init` opens every checkpoint and gives the notice, so that
/// no caller can forget it.
public enum DangerNotice {
    private struct State {
        var observer: (@Sendable (_ file: MappedFile, _ dangers: [String]) -> Void)?
        var reported: Set<FileIdentity.Place> = []
    }

    private static let state = Mutex(State())

    /// Sets the observer, which is called from now on: once per file, with the names that loading the file would call.
    public static func observe(_ observer: @escaping @Sendable (_ file: MappedFile, _ dangers: [String]) -> Void) {
        state.withLock { $0.observer = observer }
    }

    static func give(_ scan: SafetyScan, of file: MappedFile) {
        let dangers = scan.dangers
        guard !dangers.isEmpty else { return }
        let observer = state.withLock { state in state.reported.insert(file.identity.place).inserted ? state.observer : nil }
        observer?(file, dangers)
    }
}
