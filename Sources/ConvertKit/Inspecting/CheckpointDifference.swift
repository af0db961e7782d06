import ConvertIR
import ConvertJSON
import Exporters
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

    /// The files, with their networks or bare weights.
    package let first, second: LoadedModel
    /// How the tensors differ.
    package let weights: WeightsDifference
    /// Plain values beside the tensors that differ, in the first file's order.
    package let statements: [Statement]

    /// Whether the tensors are the same under the same names; metadata may differ.
    public var hasSameTensors: Bool {
        weights.moved.isEmpty && weights.changed.isEmpty && weights.retyped.isEmpty && weights.onlyFirst.isEmpty
            && weights.onlySecond.isEmpty
    }

    /// Opens both files and compares them. Throws if one has no tensors, or if bytes are damaged.
    public init(_ first: ModelSource, _ second: ModelSource) throws {
        (self.first, self.second) = (try first.load(), try second.load())
        let (one, other) = (self.first.opened.weights, self.second.opened.weights)
        weights = try WeightsDifference(one ?? self.first.content.weights, other ?? self.second.content.weights)
        let (said, saidToo) = (one?.metadata ?? Metadata(), other?.metadata ?? Metadata())
        var statements = said.members.filter { saidToo[$0.key] != $0.value }.map {
            Statement(name: $0.key, first: $0.value, second: saidToo[$0.key])
        }
        statements += saidToo.members.filter { said[$0.key] == nil }.map { Statement(name: $0.key, first: nil, second: $0.value) }
        self.statements = statements
        try self.first.opened.checkUnchanged()
        try self.second.opened.checkUnchanged()
    }
}
