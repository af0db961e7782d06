import ConvertFiles
import Foundation
import TestSupport
import Testing

@testable import Verifier

/// Rates from histograms of exact scores, beside those from all scores sorted.
@Suite struct PairRatesTests {
    let folder = Fixtures.temporaryFolder()

    /// Scores with many ties, divided into blocks.
    private func scores(_ count: Int, levels: Int) -> [(score: Float, isSame: Bool)] {
        var seed: UInt64 = 3
        func random() -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33)
        }
        return (0..<count).map { _ in
            let isSame = random() % 3 == 0
            return (Float(random() % levels - levels / 2 + (isSame ? levels / 4 : 0)) / Float(levels), isSame)
        }
    }

    @Test("Merged histograms give every figure of all scores sorted", arguments: [2, 50, 1 << 20])
    func mergedHistograms(_ levels: Int) throws {
        let scores = scores(20_000, levels: levels)
        for size in [20_000, 7_000, 333] {
            let runs = stride(from: 0, to: scores.count, by: size).map { start in
                let part = scores[start..<min(start + size, scores.count)]
                return ScoreRun(same: part.filter(\.isSame).map(\.score), different: part.filter { !$0.isSame }.map(\.score))
            }
            let views = runs.map { ByteView(copying: $0.bytes, name: "run") }
            let rates = try AcceptRates(file: "pairs") { try MergedRuns(views) }
            // The plain way: every threshold by a count over all scores.
            let (same, different) = (scores.filter(\.isSame).map(\.score), scores.filter { !$0.isSame }.map(\.score))
            #expect(rates.sameCount == same.count && rates.differentCount == different.count)
            if size == 20_000 {
                let ranks = Dictionary(grouping: different, by: { $0 }).mapValues(\.count).sorted { $0.key < $1.key }
                var wins = 0
                for (score, tied) in Dictionary(grouping: same, by: { $0 }).mapValues(\.count) {
                    for (other, count) in ranks where other <= score { wins += tied * count * (other < score ? 2 : 1) }
                    if levels > 50 { break }
                }
                if levels <= 50 { #expect(rates.doubledWins == wins) }
            }
            for point in rates.points where point.cautious.score.isFinite {
                #expect(point.cautious.falseAccepts == different.count { Double($0) >= point.cautious.score })
                #expect(point.cautious.trueAccepts == same.count { Double($0) >= point.cautious.score })
            }
            let whole = try AcceptRates(file: "pairs") {
                try MergedRuns([ByteView(copying: ScoreRun(same: same, different: different).bytes, name: "run")])
            }
            #expect(whole.doubledWins == rates.doubledWins && whole.points == rates.points && whole.equalErrorRate == rates.equalErrorRate)
        }
    }

    @Test("A histogram that is cut off is an error, and 0 and -0 are one score") func cutRuns() throws {
        let run = ScoreRun(same: [-0.0, 0.5, 0], different: [-0.0, 0.5])
        #expect(run.count == 2)
        var merged = try MergedRuns([ByteView(copying: run.bytes, name: "run")])
        #expect(try merged.next() == ScoreRun.Entry(score: 0.5, same: 1, different: 1))
        #expect(try merged.next() == ScoreRun.Entry(score: 0, same: 2, different: 1))
        #expect(try merged.next() == nil)
        #expect(throws: FileError.self) {
            var cut = try MergedRuns([ByteView(copying: Array(run.bytes.dropLast()), name: "run")])
            while try cut.next() != nil {}
        }
        #expect(throws: LFWError.self) { try AcceptRates(file: "pairs") { try MergedRuns([]) } }
        // From somebody else: scores that are no numbers, or do not become lower.
        for bits in [Float.nan.bitPattern, Float(0.75).bitPattern, Float(0.5).bitPattern] {
            let bytes = Array(run.bytes.prefix(12)) + withUnsafeBytes(of: bits.littleEndian) { Array($0) } + run.bytes.suffix(8)
            #expect(throws: LFWError.notHistogram(file: "run")) {
                var merged = try MergedRuns([ByteView(copying: bytes, name: "run")])
                while try merged.next() != nil {}
            }
        }
    }
}
