import ConvertIR

/// What is looked at in a description that the caller gave: those of the program have tests.
extension FamilyBuilder {
    private static let mostNames = 4

    /// Throws if the description came to its end, but makes no network of the weights.
    func checkOwn() throws {
        guard let input else { throw FamilyError.missingLine(file: family.file, word: "image") }
        guard !outputs.isEmpty else { throw FamilyError.missingLine(file: family.file, word: "output") }
        func senseless(_ problem: String, _ remedy: String) -> FamilyError {
            .senseless(file: family.file, line: line, problem: problem, remedy: remedy)
        }
        guard nodes.contains(where: { !$0.operation.weights.isEmpty }) else {
            throw senseless("the network reads no weight at all", "write the layers whose weights the file holds")
        }
        let order = profile.channelOrder
        if family.contracts.isStated, input.type.shape.count == 4, let channels = input.type.shape[1].fixed,
            channels != order.channelCount, input.type.shape[3].fixed != order.channelCount
        {
            throw senseless(
                "the image has \(channels) channels, but the contract says \(order.rawValue)", "correct channels= of one of the two")
        }
        if profile.written.contains(.isNormalized), profile.hasEmbedding, profile.isNormalized != endsNormalized {
            throw profile.isNormalized
                ? senseless(
                    "the contract says normalized, but the first output is not what l2_normalize gives",
                    "end the network in l2_normalize, or write raw")
                : senseless(
                    "the contract says raw, but the first output is what l2_normalize gives", "write normalized, or leave the last line out"
                )
        }
    }

    /// Whether the first output has unit length by the graph.
    var endsNormalized: Bool {
        guard let value = outputs.first?.value, let node = nodes.last(where: { $0.output == value }) else { return false }
        if case .l2Normalize = node.operation { return true }
        return false
    }

    /// What a user should know: keys that are left out, and values that nothing depends on.
    func remarks(leftOut: [String]) -> [String] {
        func list(_ names: [String]) -> String {
            names.prefix(FamilyBuilder.mostNames).joined(separator: ", ") + (names.count > FamilyBuilder.mostNames ? ", …" : "")
        }
        var remarks: [String] = []
        if !leftOut.isEmpty {
            remarks.append("\(family.file) leaves out \(leftOut.count) of the \(weights.entries.count) keys: \(list(leftOut))")
        }
        var read = Set(outputs.map(\.value))
        var unread: [String] = []
        for node in nodes.reversed() {
            if read.contains(node.output) { read.formUnion(node.inputs) } else { unread.append(node.output) }
        }
        if !unread.isEmpty {
            remarks.append("\(family.file) has \(unread.count) values that no output depends on: \(list(unread.reversed()))")
        }
        return remarks
    }
}
