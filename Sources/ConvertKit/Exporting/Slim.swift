import ConvertFiles
import ConvertIR
import Exporters
import PthReader
import Verifier

/// What is to be kept of a checkpoint.
public struct SlimRequest: Sendable {
    /// The checkpoint.
    public var path: String
    /// The file to write.
    public var target: String
    /// The format of the output.
    package var format: any FileFormat.Type
    /// Which dictionary holds the weights; nil lets the reader choose.
    public var stateDictPath: String?
    /// Whether quantized tensors are written as float32.
    public var dequantizes = false
    /// What stays and goes beyond what inference needs.
    public var rules = SlimPlan.Rules()
    /// Whether an existing file may be replaced.
    public var isReplacing = false

    /// Throws if the target's ending is not that of a format that holds weights without a graph.
    public init(_ path: String, to target: String) throws {
        guard let format = FormatRegistry.format(forOutput: target) else { throw ExportError.unwritableExtension(path: target) }
        guard format.capabilities.holdsBareWeights else { throw ExportError.noSlimFormat(format: format.name) }
        self.path = path
        self.target = target
        self.format = format
    }
}

/// What inference needs of a checkpoint, and nothing else; the network need not be known.
public struct Slim {
    /// What was asked for.
    public let request: SlimRequest
    /// The checkpoint.
    package let opened: OpenedFile
    /// What was kept, left out and changed.
    package let file: SlimFile
    /// Bytes of the output.
    public let byteCount: Int

    /// Writes the output, reads it back and compares it before it gets its name.
    public init(_ request: SlimRequest, events: EventHandler = { _ in }) throws {
        let opened = try FormatRegistry.open(
            request.path, options: OpenOptions(stateDictPath: request.stateDictPath, dequantizes: request.dequantizes))
        try OutputFile.check(target: request.target, replacing: request.isReplacing, inputs: opened.sources.map(\.identity))
        let slim = try SlimFile(opened, rules: request.rules)
        let output = try VerifiedOutput<Void>(
            request.target, replacing: request.isReplacing, source: opened, events: events,
            write: {
                try slim.write(to: $0, as: request.format)
                return []
            },
            compare: { file, options in try Slim.compare(slim, with: file, request: request, options: options) })
        self.request = request
        self.opened = opened
        file = slim
        byteCount = output.byteCount
    }

    /// Throws if the file that was read back is not what was written.
    private static func compare(_ slim: SlimFile, with file: MappedFile, request: SlimRequest, options: OpenOptions) throws {
        // A checkpoint holds more than its state dict.
        if request.format.capabilities.holdsAnyValue {
            try CheckpointComparison.check(try Checkpoint(file).root, against: slim.root, file: request.target)
            return
        }
        let back = try request.format.open(file, options: options)
        guard let weights = back.weights else { throw BitwiseDifference.withoutStateDict(file: request.target) }
        try BitwiseComparison.check(weights, against: slim.weights, file: request.target)
    }
}
