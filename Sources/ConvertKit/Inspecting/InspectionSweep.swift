import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON
import Exporters
import PthReader

/// A short answer for each of many files, shared over cores, in the files' order.
public struct InspectionSweep: Sendable {
    /// What a file is, in a line.
    public struct Summary: Sendable {
        /// The format's name, such as `pth` or `onnx`.
        public let format: String
        /// Bytes of the file with those that belong to it.
        public let byteCount: Int
        /// The network's family; nil if there is no network.
        public let architecture: String?
        /// Why there is no network; nil if there is one.
        public let networkFailure: (any Error)?
        /// Numbers that training adjusts.
        public let parameters: Int
        /// The epoch that a checkpoint states; nil if it states none.
        public let epoch: Int?
        /// What its pickles would do, as `SafetyScan` calls it; `clean` for formats without pickles.
        public let verdict: String

        init(_ inspection: Inspection) {
            let opened = inspection.opened
            format = opened.format
            byteCount = opened.byteCount
            architecture = inspection.model?.architecture.name
            networkFailure = inspection.networkFailure
            parameters = opened.weights?.parameterCount ?? 0
            epoch = opened.weights?.metadata["epoch"]?.integer
            verdict = (opened.safety?.verdict ?? .clean).rawValue
        }
    }

    /// The answer for one file.
    public struct Entry: Sendable {
        /// The file's path.
        public let path: String
        /// The way below the folder that was named; nil if the file itself was.
        public let below: String?
        /// What it is, or why it cannot be read.
        public let result: Result<Summary, any Error>
        /// What the safety scan says of a file that cannot be read: its pickles may act all the same. Nil if it can be read.
        public let outcome: SafetySweep.Outcome?
    }

    private let files: FileSelection
    private let source: ModelSource
    private let workers: Workers

    /// - Parameters:
    ///   - files: what is looked at.
    ///   - source: how each is to be understood; its path is not used.
    ///   - threads: nil for one per core.
    public init(_ files: FileSelection, as source: ModelSource, threads: Int? = nil) {
        (self.files, self.source) = (files, source)
        workers = Workers(count: threads)
    }

    /// Hands each answer to `each`, in the files' order, as soon as it and those before it are there. A file that cannot be read does not stop
    /// the others.
    public func run(each: (Entry) throws -> Void) throws {
        let (items, source) = (files.items, source)
        try workers.inOrder(
            items.count,
            make: { index in
                let item = items[index]
                let result = Result {
                    if let obstacle = item.obstacle { throw obstacle }
                    var file = source
                    file.path = item.path
                    return Summary(try Inspection(file))
                }
                var outcome: SafetySweep.Outcome?
                if case .failure = result { outcome = (try? SafetyInspection(path: item.path))?.outcome ?? .unreadable }
                return Entry(path: item.path, below: item.below, result: result, outcome: outcome)
            }, use: { _, entry in try each(entry) })
    }
}
