import ConvertFiles
import Testing

@testable import Verifier

/// Lists of pairs drawn by a seed.
@Suite struct PairMakingTests {
    private func people(_ counts: [Int]) -> [PairMaking.Person] {
        counts.enumerated().map { index, count in .init(name: "P\(index)", pictures: (0..<count).map { "P\(index)/\($0).jpg" }) }
    }

    @Test("Pairs are balanced, none is there twice, and folds share no person", arguments: [1, 2, 99])
    func pairsAreBalancedAndFoldsShareNoPerson(_ seed: UInt64) throws {
        let made = try PairMaking(people((0..<60).map { 1 + $0 * $0 % 17 }), count: 120, folds: 4, seed: seed, folder: "x")
        #expect(made.pairs.count == 120 && made.peopleOfFold.reduce(0, +) == 60)
        var foldOf: [Substring: Int] = [:]
        var seen: Set<Set<String>> = []
        for (pair, fold) in zip(made.pairs, made.folds) {
            let names = [pair.imageA, pair.imageB].map { $0.prefix { $0 != "/" } }
            #expect(
                (names[0] == names[1]) == pair.isSame && seen.insert([pair.imageA, pair.imageB]).inserted && pair.imageA != pair.imageB)
            for name in names { #expect(foldOf.updateValue(fold, forKey: name) ?? fold == fold) }
        }
        for fold in 0..<4 {
            let inFold = zip(made.pairs, made.folds).filter { $1 == fold }
            #expect(inFold.count == 30 && inFold.count { $0.0.isSame } == 15)
        }
    }

    @Test("The same seed gives the same list, whatever the order of people, and a different seed a different one")
    func theSameSeedGivesTheSameList() throws {
        let all = people([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
        let first = try PairMaking(all, count: 16, folds: 2, seed: 5, folder: "x")
        #expect(try PairMaking(all.reversed(), count: 16, folds: 2, seed: 5, folder: "x").csv == first.csv)
        #expect(try PairMaking(all, count: 16, folds: 2, seed: 6, folder: "x").csv != first.csv)
        // Recorded, so that another machine or compiler would be noticed.
        #expect(SHA256Digest(of: first.csv).text == "b657efeed5f6d00e6b1c1115bba9187f4ec8587a283a747ef8603e05ca367b41")
        let text = String(decoding: first.csv, as: UTF8.self)
        #expect(text.hasPrefix("a,b,same,fold\r\n"))
        let list = try PairList(try InventedPeople.written(text))
        #expect(list.pairs == first.pairs && list.folds.ofPair == first.folds)
    }

    @Test("Every pair that there is can be asked for, and one more is refused with the numbers") func everyPairCanBeAskedFor() throws {
        // Two folds of three people with two pictures: 3 pairs of one person, 12 of two, in each.
        let all = people([2, 2, 2, 2, 2, 2])
        let made = try PairMaking(all, count: 12, folds: 2, seed: 3, folder: "x")
        #expect(Set(made.pairs.filter(\.isSame).map { "\($0.imageA) \($0.imageB)" }).count == 6)
        #expect(
            throws: PairMakingError.tooFew(folder: "x", fold: 1, people: 3, same: 3, different: 12, wanted: 4, most: 12)
        ) { try PairMaking(all, count: 16, folds: 2, seed: 3, folder: "x") }
        #expect(throws: PairMakingError.unevenCount(10, folds: 2)) { try PairMaking(all, count: 10, folds: 2, seed: 3, folder: "x") }
        #expect(
            throws: PairMakingError.tooFew(folder: "x", fold: 4, people: 1, same: 1, different: 0, wanted: 1, most: 0)
        ) { try PairMaking(people([2, 2, 2, 2, 2, 2, 2]), count: 8, folds: 4, seed: 3, folder: "x") }
        // All 4 pairs of two people that are left once chance repeats itself.
        let tight = try PairMaking(people([3, 2, 3, 2]), count: 16, folds: 2, seed: 8, folder: "x")
        #expect(tight.pairs.count == 16)
    }

    @Test("A person with very many pictures does not get a fold alone") func onePersonWithManyPicturesSharesAFold() throws {
        let made = try PairMaking(people([20, 3, 3, 3, 3, 3, 3]), count: 8, folds: 2, seed: 1, folder: "x")
        #expect(made.pairs.count == 8 && made.peopleOfFold.allSatisfy { $0 >= 2 })
        // As in photographs of public people: a few have hundreds.
        let many = [530, 236, 144, 121, 109] + (0..<1700).map { 2 + $0 % 9 / 8 * ($0 % 30) } + [Int](repeating: 1, count: 1000)
        let list = try PairMaking(people(many), count: 6000, folds: 10, seed: 1, folder: "x")
        #expect(list.pairs.count == 6000 && Set(list.folds).count == 10)
    }

    @Test("A pair's number and its two places are one to one") func aPairsNumberAndItsPlaces() {
        var next = 0
        for second in 1..<200 {
            for first in 0..<second {
                let found = PairMaking.places(next)
                #expect(found == (first, second))
                next += 1
            }
        }
        #expect(PairMaking.places(499_999_999_500_000_000 - 1) == (999_999_998, 999_999_999))
    }

    @Test("Numbers are drawn without repetition, all of them") func numbersAreDrawnWithoutRepetition() {
        var generator = SeededGenerator(seed: 4)
        var numbers = DrawnNumbers(below: 1000)
        var seen: Set<Int> = []
        while let number = numbers.next(&generator) { #expect(0..<1000 ~= number && seen.insert(number).inserted) }
        #expect(seen.count == 1000)
        var counts = [Int](repeating: 0, count: 3)
        for _ in 0..<30_000 { counts[generator.below(3)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 }, "\(counts)")
    }
}
