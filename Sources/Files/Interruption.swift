import CInterruption

/// What a signal does to this process: temporary files are removed, a truncated mapping is named.
public enum Interruption {
    /// Installs the signal handlers. The command line calls this once, before it opens a file.
    public static func install() {
        interruption_install()
    }

    /// What is said where a signal ends the process from now on, such as how to go on later; nil for nothing. To be set by one thread.
    public static func setFarewell(_ text: String?) {
        interruption_set_farewell(text ?? "")
    }
}
