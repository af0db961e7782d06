import ConvertFiles
import Pickle

/// A plain pickle. It has no storages of its own; tensors come through `torch.storage._load_from_bytes` or as NumPy arrays.
enum BarePickleContainer {
    static func read(_ bytes: ByteView, depth: Int = 0) throws -> ContainerContents {
        let document = try PickleMachine.read(bytes)
        var decoder = ValueDecoder(document, file: bytes.name, loadNested: { try ContainerContents.nested($0, depth: depth + 1) }) { id in
            throw PthError.malformedCall(
                file: bytes.name, call: "persistent id", detail: "a plain pickle has no storages (\(id.text ?? "tuple") was requested)")
        }
        var contents = ContainerContents(root: try decoder.root())
        contents.addFact("container", "bare pickle")
        contents.addFact("pickle protocol", "\(document.protocolVersion)")
        contents.addFact("checksums", "none in this container")
        contents.regions = [Checkpoint.Region(name: "pickle", byteCount: document.byteCount, storage: nil)]
        if document.byteCount < bytes.count {
            contents.addFact("warning", "\(bytes.count - document.byteCount) bytes follow the end of the pickle")
        }
        return contents
    }
}
