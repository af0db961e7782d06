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
