import ConvertFiles
import ConvertJSON

/// The folder for an evaluation's files. Whatever can be checked in advance is checked when the folder is named, before hours of work.
package struct ReportFolder: Sendable {
    /// Its path.
    package let path: String
    private let isReplacing: Bool
    private let inputs: [FileIdentity]
    private let contents: Contents

    /// Files in addition to those that every evaluation has.
    package struct Contents: OptionSet, Sendable {
        /// One bit per file.
        package let rawValue: Int

        /// Creates a set from bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// `lfw_embeddings.npz`.
        package static let embeddings = Contents(rawValue: 1)
        /// `pair_scores_against.csv`, a second model's scores.
        package static let otherScores = Contents(rawValue: 2)
    }

    private static let metrics = "metrics.json"
    private static let folds = "fold_metrics.csv"
    private static let scores = "pair_scores.csv"
    private static let otherScores = "pair_scores_against.csv"
    private static let embeddings = "lfw_embeddings.npz"
    private static let tradeoffTable = "det_curve.csv"
    private static let page = "report.html"

    /// Checks the folder: it is writable, or can be created in a writable folder, and none of the files is in the way.
    /// - Parameters:
    /// - replacing: Whether existing files may be replaced.
    /// - contents: What will be written in addition to the usual files.
    /// - inputs: Files that are read and must not be replaced.
    package init(_ path: String, replacing: Bool, contents: Contents, inputs: [FileIdentity]) throws(FileError) {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path = String(decoding: path.utf8.dropLast(), as: UTF8.self) }
        (self.path, isReplacing, self.inputs, self.contents) = (path, replacing, inputs, contents)
        guard try OutputFolder.check(path) else { return }
        for name in ReportFolder.names(contents) {
            try OutputFile.check(target: "\(path)/\(name)", replacing: replacing, inputs: inputs, within: path)
        }
    }

    /// Names of all files, in the order in which they are written.
    package static func names(_ contents: Contents) -> [String] {
        [metrics, folds, scores, tradeoffTable] + (contents.contains(.otherScores) ? [otherScores] : [])
            + (contents.contains(.embeddings) ? [embeddings] : [])
            + ReportPlot.allCases.flatMap { plot in PlotForm.allCases.map { "\(plot.rawValue).\($0.rawValue)" } } + [page]
    }

    /// Writes all files, each completely or not at all. They get their names only after all of them have been written.
    /// - Parameter photographs: Returns an image's bytes for the page; nil for a page without photographs.
    /// - Returns: The names of the files.
    @discardableResult
    package func write(_ report: EvaluationReport, photographs: ((String) -> [UInt8]?)? = nil) throws -> [String] {
        var texts: [(name: String, bytes: [UInt8])] = [
            (ReportFolder.metrics, Array((JSONValue.object(report.metrics).text(pretty: true) + "\n").utf8)),
            (ReportFolder.folds, report.foldMetrics), (ReportFolder.scores, report.evaluation.table.csv),
            (ReportFolder.tradeoffTable, report.tradeoffTable),
        ]
        if let other = report.otherScores { texts.append((ReportFolder.otherScores, other.csv)) }
        for plot in ReportPlot.allCases {
            for form in PlotForm.allCases { texts.append(("\(plot.rawValue).\(form.rawValue)", try form.bytes(report.plot(plot)))) }
        }
        texts.append((ReportFolder.page, Array(try report.page(photographs: photographs).utf8)))
        try OutputFolder.create(path)
        var files: [OutputFile] = []
        for (name, bytes) in texts {
            let file = try open(name)
            try file.write(bytes)
            try file.flush()
            files.append(file)
        }
        if let embeddings = report.embeddings {
            let file = try open(ReportFolder.embeddings)
            try embeddings.write(to: file)
            try file.flush()
            files.append(file)
        }
        for file in files { try file.commit() }
        return ReportFolder.names(contents)
    }

    private func open(_ name: String) throws(FileError) -> OutputFile {
        try OutputFile(target: "\(path)/\(name)", replacing: isReplacing, inputs: inputs, within: path)
    }
}
