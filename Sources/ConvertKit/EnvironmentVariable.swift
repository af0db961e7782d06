import ConvertFiles
import Glibc

/// Paths from the environment.
enum EnvironmentVariable {
    /// The variable's value as a path of any bytes; nil if it is not set or empty.
    static func path(_ name: String) -> String? { getenv(name).map { PathText.text($0) }.flatMap { $0.isEmpty ? nil : $0 } }
}
