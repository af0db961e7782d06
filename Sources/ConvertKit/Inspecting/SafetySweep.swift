import ConvertFiles
import ConvertInference
import PthReader

/// The safety scan of many files, shared over cores, with answers in the files' order.
public struct SafetySweep: Sendable {
    /// The answer for one file.
    public struct Entry: Sendable {
        /// The file's path.
        public let path: String
        /// The scan, or why there is none.
        public let result: Result<SafetyInspection, any Error>

        /// What it comes to.
        public var outcome: Outcome {
            guard case .success(let inspection) = result else { return .unreadable }
            return inspection.outcome
        }
    }

    /// What a scan comes to.
    public enum Outcome: String, Sendable, CaseIterable {
        /// All of it was read, and nothing but known names was found.
        case clean
        /// Names that are not known.
        case unknown
        /// Loading the file would act.
        case dangerous
        /// Something was not read, or misleads.
        case incomplete = "not complete"
        /// The file could not be opened.
        case unreadable
    }

    private let items: [FileSelection.Item]
    private let allowed: AllowedNames
    private let workers: Workers
    private let check: (@Sendable (Int) throws -> Void)?

    /// - Parameters:
    ///   - files: what is scanned.
    ///   - allowed: names that count as clean.
    ///   - threads: nil for one per core.
    public init(_ files: FileSelection, allowed: AllowedNames = .none, threads: Int? = nil) {
        (items, self.allowed, check) = (files.items, allowed, nil)
        workers = Workers(count: threads)
    }

    /// - Parameter check: called for each file before it is scanned; what it throws is the file's result.
    init(_ paths: [String], allowed: AllowedNames, threads: Int?, check: @escaping @Sendable (Int) throws -> Void) {
        (items, self.allowed, self.check) = (paths.map { .init(path: $0, obstacle: nil) }, allowed, check)
        workers = Workers(count: threads)
    }

    /// Scans every file and hands each answer to `each`, in the files' order, as soon as it and those before it are there. A file that cannot
    /// be read does not stop the others.
    public func run(each: (Entry) throws -> Void) throws {
        let (items, allowed, check) = (items, allowed, check)
        try workers.inOrder(
            items.count,
            make: { index in
                let item = items[index]
                return Entry(
                    path: item.path,
                    result: Result {
                        if let obstacle = item.obstacle { throw obstacle }
                        try check?(index)
                        return try SafetyInspection(path: item.path).allowing(allowed)
                    })
            }, use: { _, entry in try each(entry) })
    }
}

extension SafetyInspection {
    /// What the scan comes to, the worst first: what acts, what was not read or misleads, unknown names.
    public var outcome: SafetySweep.Outcome {
        switch scan.verdict {
        case .dangerous: .dangerous
        case _ where !scan.isComplete: .incomplete
        case .unknown: .unknown
        case .clean: .clean
        }
    }
}
