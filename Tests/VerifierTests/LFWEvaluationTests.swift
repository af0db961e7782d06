import ConvertFiles
import ConvertJSON
import Testing

@testable import Verifier

/// Whole evaluations compared with NumPy's results and with published ones.
@Suite struct LFWEvaluationTests {
    @Test("Folds follow the definition", arguments: EvaluationProtocol.allCases) func foldsAreThoseOfTheDefinition(
        _ rule: EvaluationProtocol
    ) throws {
        let name = rule == .facenet ? "insightface" : rule.rawValue
        let expected = try #require(InventedPeople.expected["protocols"]?.object?[name]?.object)
        let evaluation = LFWEvaluation(try InventedPeople.table(), by: rule)
        let folds = try #require(expected["folds"]?.array).compactMap(\.object)
        #expect(folds.count == evaluation.folds.count)
        for (fold, facts) in zip(evaluation.folds, folds) {
            #expect(fold.threshold == facts["threshold"]?.double && fold.confusion.accuracy == facts["accuracy"]?.double)
            let counts = [
                fold.confusion.truePositive, fold.confusion.falsePositive, fold.confusion.trueNegative, fold.confusion.falseNegative,
            ]
            #expect(
                counts
                    == ["true_positive", "false_positive", "true_negative", "false_negative"].compactMap { facts[$0]?.integer })
        }
        #expect(evaluation.spread.mean == expected["mean"]?.double && evaluation.spread.standardDeviation == expected["std"]?.double)
        let standardError = try #require(expected["standard_error"]?.double)
        #expect(abs(evaluation.spread.standardError - standardError) < 1e-16)
        #expect(evaluation.globalBest.threshold == expected["global_threshold"]?.double)
        let correct = try #require(expected["global_correct"]?.integer)
        #expect(evaluation.globalBest.accuracy == Double(correct) / Double(evaluation.table.scores.count) && !evaluation.isLFW)
    }

    @Test("The worst errors are the farthest from their threshold") func theWorstErrorsAreTheFarthestFromTheirThreshold() throws {
        let evaluation = LFWEvaluation(try InventedPeople.table())
        for isSame in [true, false] {
            let worst = evaluation.worst(isSame: isSame, limit: 100)
            #expect(worst.count == (isSame ? evaluation.confusion.falseNegative : evaluation.confusion.falsePositive))
            let margins = worst.map { evaluation.margins[$0].magnitude }
            #expect(margins == margins.sorted(by: >))
            for index in worst {
                #expect(evaluation.table.pairs.pairs[index].isSame == isSame && (evaluation.margins[index] < 0) == isSame)
            }
            #expect(evaluation.worst(isSame: isSame, limit: 2) == Array(worst.prefix(2)))
        }
    }

    @Test("Pairs close to the threshold are found, nearest first") func pairsAtTheEdgeAreFoundNearestFirst() {
        let noise = NoiseBudget(margins: [0.5, -0.0009, 0.000009, 0, 0.0011, -0.5])
        #expect(noise.withinThousandth.map(\.index) == [3, 2, 1] && noise.withinHundredThousandth.map(\.index) == [3, 2])
    }

    @Test("The published scores give the published figures to the last digit")
    func thePublishedScoresGiveThePublishedFiguresToTheLastDigit() throws {
        guard let file = try SharedFiles.file("lfw/published_pair_scores.csv") else { return }
        let table = try ScoreTable(file)
        let evaluation = LFWEvaluation(table)
        #expect(table.csv == file.bytes.array && evaluation.isLFW)
        #expect(evaluation.spread.mean == 0.9471666666666667 && evaluation.spread.standardDeviation == 0.00781913607049327)
        #expect(evaluation.curve.doubledWins == 2 * 8_767_335 && evaluation.curve.sameCount * evaluation.curve.differentCount == 9_000_000)
        #expect(evaluation.folds.map(\.confusion.correct) == [567, 560, 566, 565, 567, 572, 565, 570, 575, 576])
        let common = 0.2708178758621216
        #expect(
            evaluation.folds.map(\.threshold) == [
                0.279239296913147, 0.2725648581981659, common, common, common, common, 0.2707039713859558, 0.279239296913147, common,
                common,
            ])
        let confusion = evaluation.confusion
        #expect(
            [confusion.trueNegative, confusion.falsePositive, confusion.falseNegative, confusion.truePositive] == [2921, 79, 238, 2762])
        #expect(evaluation.globalBest == .init(threshold: common, accuracy: 0.948))
    }

    @Test("The recorded scores of a published network give its figures") func theRecordedScoresOfAPublishedNetworkGiveItsFigures() throws {
        guard let file = try SharedFiles.file("weights/arcface_mobilefacenet_scores.npy"),
            let pairs = try SharedFiles.file("lfw/lfw_test_pair.txt")
        else { return }
        let table = try ScoreTable(pairs: try PairList(pairs), scores: try NumpyArray(file).floats)
        let evaluation = LFWEvaluation(table)
        #expect(evaluation.spread.mean == 0.8493333333333334 && evaluation.spread.standardDeviation == 0.011308796969124908)
        #expect(abs(evaluation.curve.area - 0.9111401111111112) < 1e-15)
        #expect(evaluation.globalBest == .init(threshold: 0.35520535707473755, accuracy: 0.8513333333333334))
        let folds = [0.865, 0.838333, 0.828333, 0.853333, 0.846667, 0.861667, 0.838333, 0.853333, 0.846667, 0.861667]
        for (found, expected) in zip(evaluation.folds, folds) { #expect(abs(found.confusion.accuracy - expected) < 5e-7) }
    }
}
