import Files
import Glibc
import IR

/// What can be said of an output by its name alone.
enum OutputName {
    /// Whether a folder lies there, or the name can only be one's.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        return path.utf8.last == UInt8(ascii: "/")
    }

    /// Throws where a folder is named and a file is wanted.
    /// - Parameter example: a file's name in it, for the message.
    static func check(_ path: String, example: String) throws(UsageError) {
        if isFolder(path) { throw .outputIsFolder(path, example: PathText.join(path, example)) }
    }
}

extension WeightPrecision {
    /// Other spellings of the precisions, as PyTorch and its users have them.
    static let aliases = [
        "fp16": "float16", "half": "float16", "f16": "float16", "bf16": "bfloat16", "fp32": "float32", "float": "float32", "f32": "float32",
    ]
}
