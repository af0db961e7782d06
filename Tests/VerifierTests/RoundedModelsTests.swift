import ConvertFiles
import ConvertJSON
import Testing

@testable import Verifier

/// A rounded model is judged by whether it is worse, and two models are set side by side.
@Suite struct RoundedModelsTests {
    private static let pairCount = 1200

    /// Scores by which exactly these pairs are decided wrongly: every other pair of one person scores 0.8, of two people -0.8. The wrong ones
    /// are close to the threshold, so that the area hardly changes.
    private func table(wrong: Set<Int>) throws -> ScoreTable {
        let pairs = (0..<RoundedModelsTests.pairCount).map { LFWPair("a\($0)", "b\($0)", isSame: $0.isMultiple(of: 2)) }
        let scores = pairs.enumerated().map { index, pair -> Float in
            let isHigh = pair.isSame != wrong.contains(index)
            return wrong.contains(index) ? (isHigh ? 0.001 : -0.001) : (isHigh ? 0.8 : -0.8)
        }
        return try ScoreTable(pairs: try PairList(pairs, folds: 6, file: "made"), scores: scores)
    }

    /// The judgment of a rounded model that alone is wrong about `loses` pairs, and alone right about `gains`.
    private func judge(gains: Int, loses: Int, isFirst: Bool, isRounded: Bool = true) throws -> Judgment {
        // Each fold keeps some errors of both models, by which thresholds stay around 0.
        let common = Set((0..<24).map { $0 * 50 + 1 })
        let narrow = try table(wrong: common.union((0..<loses).map { $0 * 100 + 10 }))
        let wide = try table(wrong: common.union((0..<gains).map { $0 * 100 + 60 }))
        let models = RoundedModels(
            isFirst: isFirst, narrow: .init(name: "half.onnx", weights: "float16"), wide: .init(name: "full.onnx", weights: "float32"))
        var expectations = Expectations()
        expectations.areaTolerance = 0.1
        expectations.baseline = Baseline(
            isFirst ? wide : narrow, name: isFirst ? "full.onnx" : "half.onnx", rounded: isRounded ? models : nil)
        let judgment = try Judgment(LFWEvaluation(isFirst ? narrow : wide), expectations: expectations)
        let test = try #require(judgment.comparison?.agreement?.mcNemar)
        #expect(test == McNemarTest(onlyFirst: isFirst ? gains : loses, onlySecond: isFirst ? loses : gains))
        return judgment
    }

    @Test("A rounded model passes if it is better or as good, or loses within chance; few pairs prove nothing", arguments: [true, false])
    func verdicts(isFirst: Bool) throws {
        // Of 1,200 pairs, three gained are 0.25 points, and one lost 0.0833, more than the tolerance of 0.05.
        for (gains, loses, isMet) in [(9, 0, true), (3, 3, true), (1, 2, true), (1, 3, false), (0, 10, false), (2, 11, false)] {
            let words = isMet ? "is not worse than" : (gains, loses) == (1, 3) ? "may be worse than" : "is worse than"
            let judgment = try judge(gains: gains, loses: loses, isFirst: isFirst)
            let reasons = judgment.checks.map(\.reason)
            #expect(judgment.checks.count == 2 && judgment.checks[0].isMet == isMet, "\(gains) gained, \(loses) lost: \(reasons)")
            #expect(judgment.headline == "half.onnx \(words) full.onnx")
            #expect(reasons[0].hasPrefix("half.onnx (float16) \(words) full.onnx (float32): accuracy "), "\(reasons)")
        }
        // Without rounding the rule has two sides.
        #expect(try !judge(gains: 9, loses: 0, isFirst: isFirst, isRounded: false).isMet)
        #expect(try judge(gains: 9, loses: 0, isFirst: isFirst).isMet)
    }

    @Test("A loss of area beyond the tolerance is not made up by accuracy") func area() throws {
        let full = try InventedPeople.table()
        var scores = full.scores
        for index in scores.indices where full.pairs.pairs[index].isSame && index.isMultiple(of: 3) { scores[index] = -1 }
        let models = RoundedModels(
            isFirst: false, narrow: .init(name: "half", weights: "float16"), wide: .init(name: "full", weights: "float32"))
        var expectations = Expectations()
        expectations.baseline = Baseline(try ScoreTable(pairs: full.pairs, scores: scores), name: "half", rounded: models)
        let worse = try Judgment(LFWEvaluation(full), expectations: expectations)
        #expect(worse.checks.count == 2 && !worse.checks[1].isMet, "\(worse.checks)")
        // The other way round the rounded one gains what the other lost.
        expectations.baseline = Baseline(full, name: "half", rounded: models)
        let better = try Judgment(LFWEvaluation(try ScoreTable(pairs: full.pairs, scores: scores)), expectations: expectations)
        #expect(better.isMet, "\(better.checks)")
    }

    @Test("The interval of a difference is Bonett and Price's") func interval() {
        // By NumPy from the formula: (b + 1)/(n + 2) − (c + 1)/(n + 2) ∓ 1.959963984540054·√((p₁ + p₂ − (p₁ − p₂)²)/(n + 2)).
        let known: [(Int, Int, Int, Double, Double)] = [
            (1, 7, 21, -0.5083593066664394, -0.013379823768343235), (12, 2, 50, 0.050891670431200686, 0.3337237141841839),
            (0, 0, 6000, -0.00046181400344874303, 0.00046181400344874303), (17, 8, 6000, -0.0001968887152723163, 0.0031958890484945755),
        ]
        for (first, second, total, lower, upper) in known {
            let found = PairedDifference(onlyFirst: first, onlySecond: second, of: total)
            #expect(found.value == Double(first - second) / Double(total))
            #expect(abs(found.lower - lower) < 1e-15 && abs(found.upper - upper) < 1e-15, "\(first) \(second) \(total): \(found)")
            let turned = PairedDifference(onlyFirst: second, onlySecond: first, of: total)
            #expect(abs(turned.lower + found.upper) < 1e-15 && turned.value == -found.value && found.reversed.lower == -found.upper)
        }
        #expect(PairedDifference(onlyFirst: 0, onlySecond: 0, of: 0) == PairedDifference(onlyFirst: 0, onlySecond: 0, of: -1))
    }

    @Test("The interval holds the true difference in about 95 of 100 draws") func coverage() {
        var generator = SeededGenerator(seed: 5)
        for (first, second, total) in [(0.02, 0.01, 600), (0.005, 0.005, 1000), (0.2, 0.1, 60)] {
            var held = 0
            for _ in 0..<2000 {
                var (onlyFirst, onlySecond) = (0, 0)
                for _ in 0..<total {
                    let draw = Double.random(in: 0..<1, using: &generator)
                    if draw < first { onlyFirst += 1 } else if draw < first + second { onlySecond += 1 }
                }
                let interval = PairedDifference(onlyFirst: onlyFirst, onlySecond: onlySecond, of: total)
                if (interval.lower...interval.upper).contains(first - second) { held += 1 }
            }
            #expect((1860...1980).contains(held), "\(first), \(second), \(total): \(held) of 2000")
        }
    }

    @Test("Both models are side by side in the page and the JSON, and their curves in one plot") func sideBySide() throws {
        let table = try InventedPeople.table()
        var scores = table.scores
        for index in scores.indices.prefix(12) { scores[index] = -scores[index] }
        var expectations = Expectations()
        expectations.baseline = Baseline(try ScoreTable(pairs: table.pairs, scores: scores), name: "other.onnx")
        let evaluation = LFWEvaluation(table)
        var provenance = EvaluationProvenance()
        provenance.checkpoint = "own.onnx"
        let report = EvaluationReport(
            evaluation, judgment: try Judgment(evaluation, expectations: expectations), provenance: provenance)
        let alone = EvaluationReport(
            evaluation, judgment: try Judgment(evaluation, expectations: Expectations()), provenance: provenance)
        let other = LFWEvaluation(try ScoreTable(pairs: table.pairs, scores: scores))
        let baseline = try #require(report.metrics["judgement"]?.object?["baseline"]?.object)
        let figures = ComparedFigure.all(for: evaluation)
        #expect(figures.map(\.key).prefix(4) == ["ten_fold_accuracy_mean", "ten_fold_accuracy_std", "roc_auc", "equal_error_rate"])
        #expect(figures.count == 7)
        let page = try report.page(photographs: nil)
        for figure in figures {
            #expect(baseline[figure.key] == .number(figure.value(other)), "\(figure.key)")
            #expect(
                page.contains(
                    "<td>\(figure.heading)</td><td class=\"number\">\(figure.text(evaluation))</td><td class=\"number\">"
                        + "\(figure.text(other))</td>"), "\(figure.key)")
        }
        for kind in [ReportPlot.curve, .logCurve, .tradeoff] {
            #expect(try report.plot(kind).element().contains(">other.onnx: "), "\(kind)")
            #expect(try report.plot(kind).png() != alone.plot(kind).png())
        }
        #expect(try report.plot(.histogram).png() == alone.plot(.histogram).png())
        #expect(try !alone.page(photographs: nil).contains("Side by side"))
    }
}
