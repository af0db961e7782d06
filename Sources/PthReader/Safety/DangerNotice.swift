import Files
import Synchronization

/// Tells the program of each file that would run something if Python loaded it. Every checkpoint is opened by `Checkpoint.init`, which gives the
/// notice, so that no command can forget it.
public enum DangerNotice {
    private struct State {
        var observer: (@Sendable (_ file: MappedFile, _ dangers: [String]) -> Void)?
        var told: Set<FileIdentity.Place> = []
    }

    private static let state = Mutex(State())

    /// Who is told from now on: once for each file, with the names that loading it would call.
    public static func observe(_ observer: @escaping @Sendable (_ file: MappedFile, _ dangers: [String]) -> Void) {
        state.withLock { $0.observer = observer }
    }

    static func give(_ scan: SafetyScan, of file: MappedFile) {
        let dangers = scan.dangers
        guard !dangers.isEmpty else { return }
        let observer = state.withLock { state in state.told.insert(file.identity.place).inserted ? state.observer : nil }
        observer?(file, dangers)
    }
}
