import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import PthReader

/// What is in a file.
public struct Inspection: Sendable {
    /// The file with its container, state dict, groups of bytes and safety verdict.
    package let opened: OpenedFile
    /// The network; nil if there is none.
    public let network: LoadedModel?
    /// Why there is no network; nil if there is one, and if there is not even a tensor.
    public let networkFailure: (any Error)?
    /// What the check found; nil if none was asked for.
    public let check: NumberCheck?
    /// Files next to it that belong to it.
    public let sidecars: [Sidecar]

    /// Opens a file and looks at everything. A network that cannot be rebuilt is not an error here.
    /// - Parameters:
    ///   - source: the file, and how it is to be understood.
    ///   - isChecking: whether checksums are compared and every number is looked at.
    public init(_ source: ModelSource, isChecking: Bool = false) throws {
        opened = try source.openFile()
        if let failure = opened.stateDictError, source.stateDictPath != nil { throw failure }
        do {
            let loaded = try LoadedModel(opened, choice: source.choice)
            network = loaded
            networkFailure = loaded.found.bareReason
        } catch {
            // A caller's own description is there to be followed.
            guard source.choice.description == nil else { throw error }
            network = nil
            networkFailure = error
        }
        check = isChecking ? try NumberCheck(opened) : nil
        try opened.checkUnchanged()
        sidecars = Sidecar.beside(opened.file.path, metadata: opened.weights?.metadata ?? Metadata())
    }

    /// The format's name, such as `pth` or `onnx`.
    public var format: String { opened.format }
    /// Bytes of the file with those that belong to it.
    public var byteCount: Int { opened.byteCount }
    /// Names and shapes of the state dict's tensors, in order; empty if there is none.
    public var tensors: [(name: String, shape: [Int])] { opened.weights?.entries.map { ($0.name, $0.tensor.shape) } ?? [] }

    /// The network; nil if there is none.
    public var model: Model? { network?.content.model }
}
