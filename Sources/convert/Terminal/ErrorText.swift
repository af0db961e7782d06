import ConvertKit
import Exporters
import ConvertFiles
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
        case is FaceSettingsError, is PictureRunError: true
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
        let names = [option(decision)] + further(decision)
        let found = names.compactMap { name in
            name.split(separator: " ").first.map(String.init).flatMap { long in
                arguments.contains { $0 == long || $0.hasPrefix(long + "=") } ? long : nil
            }
        }
        return found.first ?? available(decision)
    }

    /// Options that make the same decision as the first one.
    private static func further(_ decision: Decision) -> [String] {
        switch decision {
        case .scale: ["--input-std"]
        case .crop: ["--preprocess"]
        case .family: ["--backbone"]
        default: []
        }
    }

    /// The option, or the command that has it; nil if this command has no such option.
    private static func available(_ decision: Decision) -> String? {
        let text = option(decision)
        let (command, options) = context.withLock { ($0.command, $0.options) }
        guard let command else { return text }
        if text.hasPrefix("\(command) --") { return String(text.dropFirst(command.count + 1)) }
        guard text.hasPrefix("--"), let name = text.split(separator: " ").first else { return text }
        return options.contains(String(name)) ? text : nil
    }

    /// The option by which a decision is made.
    static func option(_ decision: Decision) -> String {
        switch decision {
        case .family(let name): "--arch \(name ?? "NAME")"
        case .stateDict: "--state-dict PATH"
        case .keyMap: "--key-map FILE"
        case .keep: "--keep GLOB"
        case .drop: "slim --drop GLOB"
        case .stripPrefix: "--strip-prefix TEXT"
        case .dequantize: "--dequantize"
        case .precision(let name): "--dtype \(name ?? "TYPE")"
        case .foldBatchNorm: "--fold-batchnorm"
        case .normalize: "--normalize"
        case .embedPreprocess: "--embed-preprocess"
        case .operatorSet(let number): "--opset \(number.map(String.init) ?? "N")"
        case .compression: "--compress N"
        case .format: "--to FORMAT"
        case .replace: "--force"
        case .allowNotFinite: "run --force"
        case .cache: "--cache DIR"
        case .noCache: "--no-cache"
        case .clearCache: "\(Terminal.programName) cache clear"
        case .folds: "--folds K"
        case .leastFace(let size): "--min-face-size \(size.map(String.init) ?? "N")"
        case .thresholds: "--thresholds A,B,C"
        case .margin: "--mtcnn-margin N"
        case .pyramid: "--factor F"
        case .selection: "--selection WAY"
        case .detectorWeights: "--mtcnn-weights DIR"
        case .allowMissing: "--allow-missing"
        case .scale: "--input-mean 127.5 --input-std 127.5"
        case .epsilon: "--epsilon N"
        case .channelOrder: "--channel-order ORDER"
        case .crop: "--crop mtcnn|arcface|resize"
        case .likeness: "--assume-like FAMILY|CHECKPOINT"
        case .imageSize: "--image-size N"
        case .pictures: "--lfw-root DIR"
        case .crops: "--crops DIR"
        case .baseline: "--baseline pair_scores.csv"
        case .array: "--input x.npy"
        case .graph: "--graph-text FILE"
        case .graphListing: "\(Terminal.programName) inspect --graph FILE"
        case .details: "--verbose"
        case .inspection: "\(Terminal.programName) inspect FILE"
        case .numberCheck: "\(Terminal.programName) inspect --check FILE"
        }
    }
}
