import ConvertFiles
import ConvertJSON
import ConvertTensors

/// Ordered names and tensors, with what was said about them. Any container yields it; no network need be known.
package struct Weights: Sendable {
    /// One named tensor.
    package struct Entry: Sendable {
        /// The source key, kept in every format.
        package let name: String
        /// The tensor, a view over the source's bytes.
        package let tensor: Tensor

        /// A named tensor.
        package init(name: String, tensor: Tensor) {
            self.name = name
            self.tensor = tensor
        }
    }

    /// The tensors in the source's order, each name once.
    package let entries: [Entry]
    /// Numbers and texts that the source has besides the tensors.
    package let metadata: Metadata
    /// Where the tensors came from.
    package let provenance: Provenance
    /// ε of normalization layers by their module's name, if the source states it, as a whole pickled module does.
    package let epsilons: [String: Double]
    private let places: [ExactText: Int]

    /// Weights; of a name given twice the last is kept, as in a Python dictionary.
    package init(
        entries: [Entry], metadata: Metadata = Metadata(), provenance: Provenance, epsilons: [String: Double] = [:]
    ) {
        self.entries = entries
        self.epsilons = epsilons
        self.metadata = metadata
        self.provenance = provenance
        places = Dictionary(entries.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { _, last in last })
    }

    /// The tensor of this name.
    package subscript(name: String) -> Tensor? { places[ExactText(name)].map { entries[$0].tensor } }

    /// Names that are the very same view as an earlier name: name to that earlier one, in order.
    package var aliases: [(name: String, of: String)] {
        var first: [Tensor.View: String] = [:]
        var found: [(String, String)] = []
        for entry in entries where entry.tensor.elementCount > 0 {
            let view = entry.tensor.view
            if let twin = first[view] {
                found.append((entry.name, twin))
            } else {
                first[view] = entry.name
            }
        }
        return found
    }

    /// Bytes of all tensors, each counted once if it is an alias.
    package var byteCount: Int {
        let twins = Set(aliases.map(\.name))
        return entries.reduce(0) { twins.contains($1.name) ? $0 : $0 + $1.tensor.byteCount }
    }
}

/// Where weights came from, without paths or times, so that equal inputs give equal outputs.
package struct Provenance: Sendable, Equatable {
    /// Base name of the source file.
    package let source: String
    /// Its format, such as `pth`.
    package let format: String
    /// Where the state dict was in it, keys joined by dots; empty for the root.
    package let stateDictPath: String

    /// A provenance.
    package init(source: String, format: String, stateDictPath: String) {
        self.source = source
        self.format = format
        self.stateDictPath = stateDictPath
    }
}
