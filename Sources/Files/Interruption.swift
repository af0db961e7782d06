import CInterruption

/// What a signal does to this process: temporary files are removed, a truncated mapping is named.
public enum Interruption {
    /// Installs the signal handlers. The command line calls this once, before it opens a file.
    public static func install() {
        interruption_install()
    }
}
