import ConvertFiles
import ConvertKit
import Exporters
import Synchronization

/// Errors as they are printed: libraries name what can be decided, and here is how it is said on the command line.
enum ErrorText {
    /// An error with the options that its remedy means.
    struct Shown: DescribedError {
        let problem: String
        let remedy: String
    }

    /// `problem; remedy (--option)`, in one line.
    static func line(_ error: any Error) -> String { shown(error)?.description ?? "\(error)" }

    /// The problem without its remedy.
    static func problem(_ error: any Error) -> String { (error as? any DescribedError)?.problem ?? "\(error)" }

    /// Lines for a terminal, after the program's name.
    static func lines(_ error: any Error) -> [String] {
        let start = "\(Terminal.programName): "
        return shown(error)?.lines(after: start) ?? [start + "\(error)"]
    }

    private static func shown(_ error: any Error) -> Shown? {
        guard let described = error as? any DescribedError else { return nil }
        let options = described.decisions.compactMap { isUsage(error) ? typed($0) : available($0) }
        return Shown(
            problem: described.problem, remedy: described.remedy + (options.isEmpty ? "" : " (\(options.joined(separator: ", ")))"))
    }

    /// Whether an error is about arguments that mean nothing for what is asked: then nothing was tried.
    static func isUsage(_ error: any Error) -> Bool {
        switch error {
        case let error as ExportError: error.isAboutOptions
        case is FaceSettingsError, is PictureRunError, is ManyOutputsError: true
        default: false
        }
    }

    /// The command and arguments of this process; options that the command does not have are not recommended.
    struct Context: Sendable {
        var command: String?
        var options: Set<String> = []
        var arguments: [String] = []
    }

    /// Set once, before anything runs.
    static let context = Mutex(Context())

    /// The option as it was typed; its usual form if it was not.
    private static func typed(_ decision: Decision) -> String? {
        let arguments = context.withLock { $0.arguments }
        let names = [option(decision)].compactMap(\.self) + further(decision)
        let found = names.compactMap { name in
            name.split(separator: " ").first.map(String.init).flatMap { long in
                arguments.contains { $0 == long || $0.hasPrefix(long + "=") } ? long : nil
            }
        }
        return found.first ?? available(decision)
    }

    /// Options that make the same decision as the first one.
    private static func further(_ decision: Decision) -> [String] {
        switch decision.name {
        case "scale": ["--input-std"]
        case "crop": ["--preprocess"]
        case "family": ["--backbone"]
        default: []
        }
    }

    /// The option, or the command that has it; nil if this command has no such option.
    private static func available(_ decision: Decision) -> String? {
        guard let text = option(decision) else { return nil }
        let (command, options) = context.withLock { ($0.command, $0.options) }
        guard let command else { return text }
        if text.hasPrefix("\(command) --") { return String(text.dropFirst(command.count + 1)) }
        guard text.hasPrefix("--"), let name = text.split(separator: " ").first else { return text }
        return options.contains(String(name)) ? text : nil
    }

    /// The option by which each decision is made, and what is typed after it if no value is known to fit. A command of this program begins
    /// with the word PROGRAM.
    static let options: [String: (option: String, placeholder: String?)] = [
        "family": ("--arch", "NAME"),
        "families": ("PROGRAM families", nil),
        "stateDict": ("--state-dict PATH", nil),
        "keyMap": ("--key-map FILE", nil),
        "keep": ("--keep GLOB", nil),
        "drop": ("slim --drop GLOB", nil),
        "stripPrefix": ("--strip-prefix TEXT", nil),
        "dequantize": ("--dequantize", nil),
        "precision": ("--dtype", "TYPE"),
        "foldBatchNorm": ("--fold-batchnorm", nil),
        "normalize": ("--normalize", nil),
        "embedPreprocess": ("--embed-preprocess", nil),
        "operatorSet": ("--opset", "N"),
        "compression": ("--compress N", nil),
        "format": ("--to FORMAT", nil),
        "replace": ("--force", nil),
        "allowNotFinite": ("run --force", nil),
        "cache": ("--cache DIR", nil),
        "noCache": ("--no-cache", nil),
        "clearCache": ("PROGRAM cache clear", nil),
        "folds": ("--folds K", nil),
        "pairCount": ("--pairs N", nil),
        "leastFace": ("--min-face-size", "N"),
        "thresholds": ("--thresholds A,B,C", nil),
        "margin": ("--mtcnn-margin N", nil),
        "pyramid": ("--factor F", nil),
        "selection": ("--selection WAY", nil),
        "detectorWeights": ("--mtcnn-weights DIR", nil),
        "allowMissing": ("--allow-missing", nil),
        "scale": ("--input-mean 127.5 --input-std 127.5", nil),
        "epsilon": ("--epsilon N", nil),
        "channelOrder": ("--channel-order ORDER", nil),
        "crop": ("--crop mtcnn|arcface|resize", nil),
        "likeness": ("--assume-like FAMILY|CHECKPOINT", nil),
        "imageSize": ("--image-size N", nil),
        "pictures": ("--lfw-root DIR", nil),
        "crops": ("--crops DIR", nil),
        "baseline": ("--baseline pair_scores.csv", nil),
        "array": ("--input x.npy", nil),
        "graph": ("--graph-text FILE", nil),
        "graphListing": ("PROGRAM inspect --graph FILE", nil),
        "details": ("--verbose", nil),
        "inspection": ("PROGRAM inspect FILE", nil),
        "numberCheck": ("PROGRAM inspect --check FILE", nil),
    ]

    /// The option by which a decision is made; nil if there is none.
    private static func option(_ decision: Decision) -> String? {
        guard let (option, placeholder) = options[decision.name] else { return nil }
        let text = option.replacing("PROGRAM", with: Terminal.programName)
        return placeholder.map { "\(text) \(decision.value ?? $0)" } ?? text
    }
}
