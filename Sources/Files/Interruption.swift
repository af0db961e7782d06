import CInterruption

/// What happens when a signal ends this process: temporary files are removed, and a truncated mapping is reported by name.
public enum Interruption {
    /// Installs the signal handlers. Call once, before any file is opened.
    public static func install() {
        interruption_install()
    }

    /// Sets the message that is printed if a signal ends the process from now on, such as how to resume; nil prints nothing. Call from
    /// one thread only.
    public static func setFarewell(_ text: String?) {
        interruption_set_farewell(text ?? "")
    }
}
