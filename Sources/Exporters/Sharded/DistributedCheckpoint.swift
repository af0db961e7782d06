import ConvertFiles
import PthReader

/// Recognizes checkpoints of `torch.distributed.checkpoint`: a folder of `.distcp` files, each a sequence of small torch files, and
/// `.metadata`, which says where everything is. They are refused with instructions to merge them into one file.
enum DistributedCheckpoint {
    static let metadataName = ".metadata"
    static let ending = "distcp"
    private static let module = Array("torch.distributed.checkpoint.metadata".utf8)

    /// The error for a file of such a folder; nil for all other files.
    static func refusal(of file: MappedFile) -> PthError? {
        let folder = PathText.folder(file.path)
        if PathText.ending(file.path).lowercased() == ending {
            return refusal(file.path, found: "a part of a distributed checkpoint", folder: folder)
        }
        if isMetadata(file.bytes) { return refusal(file.path, found: "the plan of a distributed checkpoint", folder: folder) }
        // A renamed part begins like a zip archive but is not a valid one as a whole.
        guard file.bytes.matches([0x50, 0x4B, 0x03, 0x04]),
            let plan = try? MappedFile(path: PathText.join(folder, metadataName)), isMetadata(plan.bytes),
            (try? ZipArchive(file.bytes)) == nil
        else { return nil }
        return refusal(file.path, found: "a part of a distributed checkpoint", folder: folder)
    }

    /// The error for such a folder.
    static func refusal(ofFolder path: String) -> PthError { refusal(path, found: "a distributed checkpoint", folder: path) }

    private static func refusal(_ path: String, found: String, folder: String) -> PthError {
        .notACheckpoint(
            file: path, found: "\(found) (torch.distributed.checkpoint)",
            remedy: "join it with dcp_to_torch_save: "
                + "python -m torch.distributed.checkpoint.format_utils dcp_to_torch \(folder) joined.pth")
    }

    /// Whether this is the pickle of `torch.distributed.checkpoint.metadata.Metadata`, which names its module near the start.
    private static func isMetadata(_ bytes: ByteView) -> Bool {
        guard bytes.matches([0x80]), let head = try? bytes.window(at: 0, count: min(4096, bytes.count)).array else { return false }
        return head.count >= module.count && (0...head.count - module.count).contains { head[$0...].starts(with: module) }
    }
}
