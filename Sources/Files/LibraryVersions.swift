import CCrypto
import CZip
import CZlib

/// The versions of the C libraries that are loaded, for reports of faults.
public enum LibraryVersions {
    /// Names and versions.
    public static var files: [(name: String, version: String)] {
        [
            ("libzip", text(zip_libzip_version())), ("zlib", text(zlibVersion())),
            // That of the headers: the function that knows the loaded one draws all of OpenSSL into a static program.
            ("OpenSSL", OPENSSL_VERSION_STR),
        ]
    }

    private static func text(_ version: UnsafePointer<CChar>?) -> String { version.map { String(cString: $0) } ?? "unknown" }
}
