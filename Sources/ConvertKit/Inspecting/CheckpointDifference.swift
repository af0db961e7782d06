import ConvertIR
import ConvertJSON
import Exporters
import PthReader
import Verifier

/// Two checkpoints of one network side by side: which tensors moved and how far, and what else they say differently.
public struct CheckpointDifference: Sendable {
    /// Something that both files state, or one of them.
    package struct Statement: Sendable, Equatable {
        /// Its name.
        package let name: String
        /// What the first file states; nil if nothing.
        package let first: JSONValue?
        /// What the second file states; nil if nothing.
        package let second: JSONValue?
    }

    /// The files.
    package let first, second: OpenedFile
    /// Their networks; nil without one.
    package let networks: (first: Model?, second: Model?)
    /// How the tensors differ.
    package let weights: WeightsDifference
    /// Plain values beside the tensors that differ, in the first file's order.
    package let statements: [Statement]

    /// Whether the tensors are the same under the same names; metadata may differ.
    public var hasSameTensors: Bool {
        weights.moved.isEmpty && weights.changed.isEmpty && weights.retyped.isEmpty && weights.onlyFirst.isEmpty
            && weights.onlySecond.isEmpty
    }

    /// What either file holds beside tensors and plain values, such as an optimizer's state or a dictionary of arguments, which is not compared.
    package let notCompared: [String]

    /// Opens both files and compares them. Throws if one has no tensors, or if bytes are damaged.
    public init(_ first: ModelSource, _ second: ModelSource) throws {
        (self.first, self.second) = (try first.openFile(), try second.openFile())
        for opened in [self.first, self.second] { if let failure = opened.stateDictError { throw failure } }
        func network(_ opened: OpenedFile, _ source: ModelSource) -> Model? {
            (try? LoadedModel(opened, choice: source.choice))?.content.model
        }
        networks = (network(self.first, first), network(self.second, second))
        let none = Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: ""))
        let (one, other) = (self.first.weights ?? none, self.second.weights ?? none)
        weights = try WeightsDifference(one, other)
        var seen: Set<String> = []
        notCompared = (CheckpointDifference.rest(self.first) + CheckpointDifference.rest(self.second)).filter { seen.insert($0).inserted }
        let (said, saidToo) = (one.metadata, other.metadata)
        var statements = said.members.filter { !CheckpointDifference.areSame(saidToo[$0.key], $0.value) }.map {
            Statement(name: $0.key, first: $0.value, second: saidToo[$0.key])
        }
        statements += saidToo.members.filter { said[$0.key] == nil }.map { Statement(name: $0.key, first: nil, second: $0.value) }
        self.statements = statements
        try self.first.checkUnchanged()
        try self.second.checkUnchanged()
    }

    /// Whether two plain values are the same; NaN is the same as itself.
    private static func areSame(_ one: JSONValue?, _ other: JSONValue) -> Bool {
        if case .number(let left)? = one, case .number(let right) = other, left.isNaN, right.isNaN { return true }
        return one == other
    }

    /// Entries of a checkpoint that are neither its state dict nor plain values, with their kinds.
    private static func rest(_ opened: OpenedFile) -> [String] {
        guard case .dictionary(let root)? = opened.checkpoint?.root, let selection = opened.selection, !selection.path.isEmpty else {
            return []
        }
        return root.entries.filter { entry in
            entry.key.pathComponent != selection.components.first && opened.weights?.metadata[entry.key.pathComponent] == nil
        }.map { "\($0.key.pathComponent) (\($0.value.kindName))" }
    }
}
