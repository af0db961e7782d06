import ConvertFiles
import ConvertJSON

/// What an evaluation is compared with: another run's scores, or its figures.
package struct Baseline: Sendable {
    /// Figures of another run, as fractions of 1; nil if the file lacks them.
    package struct Figures: Sendable, Equatable {
        /// Mean accuracy over folds.
        package var accuracy: Double?
        /// Population standard deviation.
        package var standardDeviation: Double?
        /// Accuracy of each fold.
        package var foldAccuracies: [Double]?
        /// Area under the ROC curve.
        package var area: Double?
        /// `[[TN, FP], [FN, TP]]` over all folds.
        package var confusion: [[Int]]?
        /// The margin in the names of the keys that were read, such as 16 in `lfw_ten_fold_accuracy_mean_margin16`.
        package var margin: Int?
    }

    enum Content: Sendable {
        case scores(pairs: [LFWPair], scores: [Float])
        case figures([String: JSONValue])
    }

    /// The file's base name, for messages.
    package let name: String
    /// Whether this is a second model of the same run, and not the file of an earlier one.
    let isModel: Bool
    /// Which of both models was rounded; nil if neither was, or if this is a file.
    let rounded: RoundedModels?
    let content: Content

    /// Largest JSON file that is read, in bytes.
    private static let sizeLimit = 16 << 20

    /// Reads a `pair_scores.csv`, `metrics.json` or `best_lfw.json`, recognized by content.
    /// - Throws: `FileError` or `LFWError`.
    package init(_ file: MappedFile) throws {
        (name, isModel, rounded) = (file.name, false, nil)
        guard let first = file.bytes.array.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }),
            first == UInt8(ascii: "{")
        else {
            let (pairs, scores) = try ScoreTable.rows(file)
            content = .scores(pairs: pairs, scores: scores)
            return
        }
        guard file.bytes.count <= Baseline.sizeLimit else { throw LFWError.badBaseline(file: file.path, reason: "it is too large") }
        let value: JSONValue
        do {
            value = try JSONParser.parse(file.bytes.array, limits: JSONLimits(allowsLeadingSpace: true, acceptsPythonNumbers: true))
        } catch { throw LFWError.badBaseline(file: file.path, reason: "\(error)") }
        // Values are at the top level or one level down; those at the top take precedence.
        var members: [String: JSONValue] = [:]
        let top = value.object?.members ?? []
        for member in top + top.flatMap({ $0.value.object?.members ?? [] }) where members[member.key] == nil {
            members[member.key] = member.value
        }
        content = .figures(members)
        let found = Baseline.figures(members, margin: nil)
        guard found.accuracy != nil || found.area != nil else {
            throw LFWError.badBaseline(file: file.path, reason: "it has none of ten_fold_accuracy_mean, lfw_accuracy and roc_auc")
        }
    }

    /// Wraps the scores of a second model of the same run.
    package init(_ table: ScoreTable, name: String, rounded: RoundedModels? = nil) {
        (self.name, isModel, self.rounded) = (name, true, rounded)
        content = .scores(pairs: table.pairs.pairs, scores: table.scores)
    }

    /// The figures, if the file holds any; of several margins the run's own, or else the widest.
    /// - Parameter margin: The margin of the run that is compared.
    package func figures(margin: Int?) -> Figures? {
        guard case .figures(let members) = content else { return nil }
        return Baseline.figures(members, margin: margin)
    }

    private static func figures(_ members: [String: JSONValue], margin: Int?) -> Figures {
        var figures = Figures()
        // The reference project's best_lfw.json has `lfw_` before its keys, and `_margin16` after them if there are two margins.
        let base = ["ten_fold_accuracy_mean", "lfw_ten_fold_accuracy_mean"]
        let margins = members.keys.compactMap { key in
            base.first { key.hasPrefix("\($0)_margin") }.flatMap { Int(key.dropFirst("\($0)_margin".count)) }
        }
        let hasPlain = base.contains { members[$0] != nil }
        if !hasPlain { figures.margin = margin.flatMap { margins.contains($0) ? $0 : nil } ?? margins.max() }
        let suffix = figures.margin.map { "_margin\($0)" } ?? ""
        func value(_ key: String) -> JSONValue? {
            members[key + suffix] ?? members["lfw_\(key)\(suffix)"] ?? members[key] ?? members["lfw_\(key)"]
        }
        func fraction(_ key: String) -> Double? { value(key)?.double.flatMap { (0...1).contains($0) ? $0 : nil } }
        /// Short names that training programs write next to a checkpoint.
        func short(_ keys: String...) -> Double? {
            keys.compactMap { members[$0]?.double }.first { (0...1).contains($0) }
        }
        figures.accuracy = fraction("ten_fold_accuracy_mean") ?? short("lfw_accuracy", "lfw_acc", "lfw_accuracy_mean")
        figures.standardDeviation = fraction("ten_fold_accuracy_std") ?? short("lfw_std", "lfw_accuracy_std")
        figures.area = fraction("roc_auc") ?? short("lfw_auc")
        if let items = value("ten_fold_accuracies")?.array {
            let numbers = items.compactMap(\.double)
            if numbers.count == items.count { figures.foldAccuracies = numbers }
        }
        if let rows = value("confusion_matrix_10_fold")?.array?.compactMap({ $0.array?.compactMap(\.integer) }), rows.count == 2,
            rows.allSatisfy({ $0.count == 2 })
        {
            figures.confusion = rows
        }
        return figures
    }
}
