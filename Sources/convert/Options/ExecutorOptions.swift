import Arguments
import ConvertInference

/// Options that say how networks are run.
enum ExecutorOptions {
    static let threads = Option("--threads", "N", .integer(1...1024), help: "threads", usual: "one per core")
    static let batchSize = Option(
        "--batch-size", "N", .integer(1...1 << 20), help: "images worked on at once, at most; results do not depend on it")
    static let exact = Flag("--exact", help: "direct convolution with short partial sums: slower, closer to float64")

    static let all: [any Declared] = [threads, batchSize, exact]

    /// - Parameter most: images at once, whatever is given.
    static func options(_ given: Invocation, most: Int? = nil) -> FastExecutor.Options {
        var options = FastExecutor.Options()
        options.isExact = given[exact]
        options.threads = given[threads]
        if let size = given[batchSize] { options.imagesAtOnce = min(size, most ?? options.imagesAtOnce) }
        return options
    }
}
