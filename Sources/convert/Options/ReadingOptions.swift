import Architectures
import Arguments
import ConvertFiles
import ConvertIR
import ConvertKit
import Exporters

/// Options that say how a file is read and its network recognized.
enum ReadingOptions {
    static let stateDict = Option(
        "--state-dict", "PATH", .text,
        help: "the dictionary that holds the weights: keys and list indices joined by dots, such as models.1; a dot alone is the root")
    static let dequantize = Flag(
        "--dequantize", aliases: ["--dequantise"], help: "read quantized tensors as float32, by their scale and zero point")
    static let family = Option(
        "--arch", "NAME", .text, help: "the network's family, instead of what the checkpoint and its keys say")
    static let keyMap = Option(
        "--key-map", "FILE", .file, help: "rename keys first; each line is OLD NEW, and * matches any text")
    static let graph = Option(
        "--graph-text", "FILE", .file,
        help: "the network's graph, as inspect --graph prints it (docs/graph-text.md), instead of the file's own",
        conflicts: ["--arch", "--backbone"])

    static let description = Option(
        "--family", "FILE", .file,
        help: "your own description of the network's family (docs/families.md), instead of the built-in ones",
        conflicts: ["--arch", "--backbone", "--graph-text"])

    static let group = OptionGroup([stateDict, dequantize, family, description, keyMap, graph])
    /// Everything by which a network is read: these and the contract's.
    static let all: [any Declared] = group.options + ContractOptions.group.options

    /// The source that a command names.
    static func source(_ path: String, _ given: Invocation, family: String? = nil) throws -> ModelSource {
        ModelSource(
            path, stateDictPath: given[stateDict], dequantizes: given[dequantize],
            choice: try choice(given, family: family ?? given[self.family]))
    }

    /// How a file is opened as a network.
    static func choice(_ given: Invocation, family: String?) throws -> OpenedModel.Choice {
        let text = try given[graph].map { try MappedFile(path: $0) }
        return OpenedModel.Choice(
            architecture: family, keyMap: try given[keyMap].map { try KeyMap(path: $0) }, given: try ContractOptions.facts(given),
            likeness: try ContractOptions.likeness(given), givenNames: ContractOptions.decisions(given),
            graph: try text.map { try Graph(textFile: $0) },
            description: try given[description].map { try FamilyDescription(path: $0) })
    }
}
