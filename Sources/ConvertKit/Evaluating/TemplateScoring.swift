import ConvertFiles
import ConvertJSON
import Verifier

/// Verification of the templates of IJB-B or IJB-C, from vectors that any engine made.
public enum TemplateScoring {
    /// - Parameters:
    ///   - folder: the set's folder, or its folder `meta`.
    ///   - vectors: an `.npy` of pictures × numbers, in the order of the lists.
    ///   - mirrored: the same of the mirror images, which are added; nil to do without.
    ///   - threads: nil for one per core.
    /// - Throws: an error of the lists or the vectors.
    public static func judge(ijb folder: String, vectors: String, mirrored: String? = nil, threads: Int? = nil) throws -> TemplateResult {
        let lists = try IJBLists(folder: folder)
        let file = try MappedFile(path: vectors)
        let other = try mirrored.map { try MappedFile(path: $0) }
        let table = try TemplateTable(lists, vectors: file, mirrored: other)
        for read in [file, other].compactMap(\.self) { try read.checkUnchanged() }
        let rates = AcceptRates(try TemplatePairScores(table, pairs: lists.pairs, threads: threads))
        var notes = [EvaluationProvenance.Note("embeddings", file.name)]
        if let other { notes.append(.init("mirrored_embeddings", other.name)) }
        return TemplateResult(report: IJBReport(lists, width: table.width, rates: rates, notes: notes))
    }
}

/// What verification of templates found.
public struct TemplateResult: Sendable {
    /// Every figure, and where it comes from.
    package let report: IJBReport

    /// Every figure as JSON.
    public var metrics: String { JSONValue.object(report.json).text(pretty: true) }
}
