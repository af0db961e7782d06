import ConvertFiles
import ConvertJSON
import Foundation
import Glibc

/// Locations of the fixtures, and what the manifest says about them.
package enum Fixtures {
    /// The root of the repository, found from the path of this file.
    package static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// The absolute path of a fixture.
    package static func path(_ name: String) -> String { "\(root)/fixtures/\(name)" }

    /// The contents of any file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        let file = try MappedFile(path: path)
        return file.bytes.array
    }

    /// The entries of `manifest.json`, by file name.
    package static let manifest: [String: JSONObject] = {
        guard let bytes = try? bytes(path("manifest.json")), let files = (try? JSONParser.parse(bytes))?.object?["files"]?.object else {
            return [:]
        }
        return Dictionary(files.members.compactMap { member in member.value.object.map { (member.key, $0) } }, uniquingKeysWith: { $1 })
    }()

    /// The names of the fixtures in one folder, sorted.
    package static func names(in folder: String) -> [String] { manifest.keys.filter { $0.hasPrefix(folder + "/") }.sorted() }

    /// The folder of MTCNN's weights, filled by `make setup`.
    package static let mtcnn: String = {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let base = variable("CONVERT_DATA") ?? (variable("XDG_DATA_HOME") ?? (variable("HOME") ?? "") + "/.local/share") + "/convert"
        return base + "/mtcnn"
    }()

    /// Creates a folder for one test's outputs; it is removed when the tests end, unless KEEP_TEST_OUTPUT is set.
    package static func temporaryFolder() -> String {
        var template = Array("\(outputFolder)/XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return "/tmp" }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The folder of all tests' outputs.
    private static let outputFolder: String = {
        let folder = "/tmp/convert-test-\(getpid())"
        mkdir(folder, 0o700)
        if getenv("KEEP_TEST_OUTPUT") == nil {
            atexit { removeTestOutput() }
        }
        return folder
    }()

    /// Writes a file; failures show up in the test itself.
    package static func write(_ bytes: [UInt8], to path: String) {
        let file = fopen(path, "wb")
        if let file {
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
    }
}

/// Removes what `Fixtures.temporaryFolder` created in this process; a child that was forked has another number and leaves it alone.
private func removeTestOutput() {
    try? FileManager.default.removeItem(atPath: "/tmp/convert-test-\(getpid())")
}
