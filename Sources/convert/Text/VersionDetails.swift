import ConvertFiles
import ConvertInference

/// What a report of a fault needs besides the version.
enum VersionDetails {
    /// Names and values, in order.
    static var all: [(name: String, value: String)] {
        [
            ("loops", FastExecutor.bestKernelName), ("cores", "\(Workers(count: nil).count)"),
            ("libraries", LibraryVersions.files.map { "\($0.name) \($0.version)" }.joined(separator: ", ")),
        ]
    }
}
