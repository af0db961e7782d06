/// What `--help` prints.
enum HelpText {
    static func text(for command: String?) -> String {
        switch command {
        case "inspect": inspect
        case "slim": slim
        default: overview
        }
    }

    static let overview = """
        convert: reads PyTorch checkpoints without Python and without running anything in them

          convert inspect FILE             what is in it: container, metadata, state dict, bytes by group, safety
          convert slim FILE -o OUT         only what inference needs, as .pth or .safetensors, checked bit for bit

          convert COMMAND --help           all options of a command
          convert --version

        Reads .pth .pt .ckpt .bin (zip, legacy, tar, plain pickle) and .safetensors, by content.
        Exit codes: 0 fine, 1 a check failed, 2 an error, 64 wrong arguments.
        """

    static let inspect = """
        convert inspect FILE [options]

          --keys GLOB          list only names that match (repeatable); * also crosses dots
          --state-dict PATH    look at this dictionary instead of the one that would be chosen
          --check              compare checksums; count NaN and infinities; minimum, maximum and mean of each tensor
          --safety             only the safety scan: is it complete, and is it clean, unknown or dangerous
          --json               the same as JSON (docs/inspect-json.md)

        Exit codes: 0 fine, 1 --safety not complete and clean, or --check met NaN or infinities, 2 an error or damage, 64 wrong arguments.
        """

    static let slim = """
        convert slim FILE -o OUT [options]

          -o, --output OUT     the file to write; .pth .pt .ckpt .bin or .safetensors
          --keep GLOB          keep this although it serves training only (repeatable), over dotted paths; * also crosses dots
          --drop GLOB          leave this out in any case (repeatable)
          --state-dict PATH    the dictionary that holds the weights, where it is not found by itself
          --strip-prefix TEXT  take TEXT off the state dict's names, such as module.
          --force              replace OUT if it exists
          --quiet              say nothing unless something is wrong

        Keys and tensors of the state dict stay as they are. The output is read back from disk and compared bit for bit before it gets its name.
        """
}
