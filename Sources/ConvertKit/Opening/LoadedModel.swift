import ConvertFiles
import ConvertIR
import Exporters

/// A file that was opened as a network, or as bare weights if it gives none.
public struct LoadedModel: Sendable {
    /// The file.
    package let opened: OpenedFile
    /// What was made of it.
    package let found: OpenedModel
    private let isFamilyGiven: Bool

    /// Rebuilds the network of an opened file.
    package init(_ opened: OpenedFile, choice: OpenedModel.Choice = OpenedModel.Choice()) throws {
        self.opened = opened
        found = try OpenedModel(opened, choice: choice)
        isFamilyGiven = choice.architecture != nil || choice.description != nil
    }

    /// The base name of its file.
    public var name: String { opened.file.name }

    /// The model, or the weights alone.
    package var content: ExportContent { found.content }

    /// The network for running. Throws if there is none, or if the file's own graph was not understood and keys gave a different one, which
    /// nobody asked for by naming a family.
    public func network() throws -> Model {
        let model = try anyNetwork()
        if let reason = found.passedOver, !isFamilyGiven { throw reason }
        return model
    }

    /// The network for looking at it. Throws if there is none.
    public func anyNetwork() throws -> Model {
        guard let model = content.model else { throw found.bareReason ?? ExportError.bareWeights }
        return model
    }

    /// Reports what was assumed of the network, and what a user should know of it.
    public func report(to handler: EventHandler) {
        if let line = content.model?.assumedLine { handler(.assumed(model: name, text: line)) }
        for remark in found.remarks { handler(.modelRemark(model: name, text: remark)) }
    }

    /// SHA-256 of the model's file; of all files' digests if some tensors are in other files.
    public var digest: SHA256Digest {
        let each = opened.sources.map { SHA256Digest(of: $0.bytes) }
        return each.count == 1 ? each[0] : SHA256Digest(of: each.flatMap(\.bytes))
    }
}
