import Faces
import Files
import IR
import Inference

/// What `run` is asked to do, each argument checked for its kind before anything is opened.
struct RunRequest {
    /// What enters the network.
    enum Source {
        /// Pictures and folders of pictures.
        case pictures([String])
        /// An array of images that are finished input.
        case array(String)
    }

    let model: String
    let architecture: String?
    let source: Source
    let output: RunOutput?
    let executor: FastExecutor.Options
    let normalizes: Bool
    let hasTiming: Bool
    /// Runs in the plain reference, in double precision.
    let isPlain: Bool
    let repeats: Int?
    let isQuiet: Bool
    let isJSON: Bool
    /// Whether the output may be replaced and numbers may be infinite.
    let isForced: Bool

    /// Options about how pixels become input, which an array is past.
    private static let pixelOptions = FaceOptions.single.subtracting(["--threads", "--image-size"]).union([
        "--input-mean", "--input-std", "--channel-order",
    ])

    init(_ parsed: ParsedArguments) throws {
        guard let model = parsed.operands.first else { throw UsageError.missingArgument("MODEL", command: "run") }
        self.model = model
        let pictures = Array(parsed.operands.dropFirst())
        let array = parsed.value("--input")
        guard array != nil || !pictures.isEmpty else { throw UsageError.missingArgument("IMAGE… or --input x.npy", command: "run") }
        if array != nil, !pictures.isEmpty { throw UsageError.conflict("IMAGE…", "--input") }
        source = array.map { .array($0) } ?? .pictures(pictures)
        architecture = parsed.value("--arch")
        output = try parsed.value("--output").map { try RunOutput($0) }
        (isQuiet, isForced, isJSON) = (parsed.has("--quiet"), parsed.has("--force"), parsed.has("--json"))
        if isJSON, output?.isStandardOutput == true { throw UsageError.conflict("--json", "-o -") }
        normalizes = parsed.has("--normalize")
        if array == nil {
            try parsed.refuse(["--float64", "--repeat"], because: "it is for arrays, with --input x.npy")
            (isPlain, repeats) = (false, nil)
        } else {
            try parsed.refuse(RunRequest.pixelOptions, because: "an array enters the network as it is")
            isPlain = parsed.has("--float64")
            if isPlain {
                try parsed.refuse(
                    ["--exact", "--baseline", "--timing", "--repeat", "--threads", "--batch-size"],
                    because: "--float64 runs the plain reference, in one thread and without timing")
            }
            repeats = try parsed.integer("--repeat", in: 1...1_000_000)
        }
        hasTiming = parsed.has("--timing")
        executor = try RunRequest.executor(parsed)
        // How pictures are prepared is read once the model is known, because it says what is usual.
        try parsed.finish(
            because: array == nil ? "nothing of what is asked for uses it" : "an array enters the network as it is",
            later: RunnableModel.options.union(array == nil ? RunRequest.pixelOptions : []))
    }

    /// How the network is to be run.
    private static func executor(_ parsed: ParsedArguments) throws -> FastExecutor.Options {
        var options = FastExecutor.Options()
        options.isExact = parsed.has("--exact")
        options.usesBaseline = parsed.has("--baseline")
        options.allowsNotFinite = parsed.has("--force")
        options.threads = try parsed.integer("--threads", in: 1...1024)
        if let size = try parsed.integer("--batch-size", in: 1...1 << 20) { options.imagesAtOnce = min(size, options.imagesAtOnce) }
        return options
    }
}
