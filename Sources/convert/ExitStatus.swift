/// What the process ends with.
enum ExitStatus {
    /// Done.
    static let fine: Int32 = 0
    /// A check did not pass.
    static let checkFailed: Int32 = 1
    /// An error: nothing was written.
    static let failed: Int32 = 2
    /// `inspect --safety` met classes or functions that it does not know, and nothing worse.
    static let unknownNames: Int32 = 3
    /// The arguments were wrong (EX_USAGE).
    static let usage: Int32 = 64
}
