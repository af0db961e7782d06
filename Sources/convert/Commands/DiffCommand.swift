import Arguments
import ConvertJSON
import ConvertKit

/// `convert diff A B`: two checkpoints of one network side by side.
enum DiffCommand {
    private static let tensors = Flag("--tensors", help: "list every tensor that moved, not only the \(DifferenceText.shortList) farthest")

    static let command = Command(
        name: "diff", summary: "how two checkpoints of one network differ: tensors that moved, metadata that changed",
        usage: ["diff A B [options]"],
        operands: [
            Command.Operand("A", help: "the first checkpoint, in any readable format"),
            Command.Operand("B", help: "the second; distances are measured from the first"),
        ],
        groups: [
            OptionGroup([tensors, OutputOptions.json, OutputOptions.verbose]), OptionGroup("Reading:", ReadingOptions.group.options),
            ContractOptions.group,
        ],
        notes: [
            "Distances are of the second file from the first: the largest difference of two numbers, and the length of the difference as a "
                + "vector over that of the first tensor. verify answers whether two files are the same network.",
            "Exit codes: 0 compared, whatever differs; 2 an error, 64 wrong arguments.",
        ], synonyms: ["difference", "delta"]
    ) { given in
        let (first, second) = try given.bothOperands("A", "B")
        let sources = try [first, second].map { try ReadingOptions.source($0, given) }
        let (listsAll, isJSON) = (given[tensors], given[OutputOptions.json])
        _ = given[OutputOptions.verbose]
        if isJSON, listsAll { try given.refuse([tensors], because: "JSON has every tensor") }
        try given.finish(because: "nothing of what is asked for uses it")
        let difference = try CheckpointDifference(sources[0], sources[1])
        if isJSON {
            Terminal.print(JSONValue.object(DifferenceText.document(difference)).text(pretty: true))
        } else {
            Terminal.print(lines: DifferenceText.lines(difference, limit: listsAll ? .max : DifferenceText.shortList))
        }
        return ExitStatus.fine
    }
}
