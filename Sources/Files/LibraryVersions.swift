import CCrypto
import CZip
import CZlib

/// The versions of the C libraries that are loaded, for reports of faults.
public enum LibraryVersions {
    /// Names and versions.
    public static var files: [(name: String, version: String)] {
        [
            ("libzip", text(zip_libzip_version())), ("zlib", text(zlibVersion())),
            ("OpenSSL", text(OpenSSL_version(OPENSSL_VERSION_STRING))),
        ]
    }

    private static func text(_ version: UnsafePointer<CChar>?) -> String { version.map { String(cString: $0) } ?? "unknown" }
}
