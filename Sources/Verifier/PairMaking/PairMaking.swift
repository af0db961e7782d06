import ConvertFiles

/// Draws a balanced list of pairs from people and their pictures, by a seed: as many pairs of one person as of different people, no pair twice,
/// and folds that share no person.
///
/// Each person belongs to one fold. A same-person pair is two pictures of a person drawn from those of the fold that have a pair left; a
/// different-people pair is a picture each of two people drawn from the fold, so that people count alike however many pictures they have.
/// Random numbers are SplitMix64's, and everything else is in the order of names' bytes: the same folder and seed give the same list on every
/// machine.
package struct PairMaking: Sendable {
    /// A person and the names of their pictures.
    package struct Person: Sendable, Equatable {
        /// The person's name.
        package let name: String
        /// Paths of the pictures, sorted.
        package let pictures: [String]

        /// Creates a person.
        package init(name: String, pictures: [String]) {
            self.name = name
            self.pictures = pictures
        }

        /// Pairs of two of the pictures.
        var pairCount: Int { pictures.count * (pictures.count - 1) / 2 }
    }

    /// One fold's people, and how many pairs there are of each kind.
    struct Fold {
        var people: [Person] = []
        var sameCount = 0
        var pictureCount = 0
        var squares = 0

        /// Pairs of pictures of two people.
        var differentCount: Int { (pictureCount * pictureCount - squares) / 2 }

        mutating func add(_ person: Person) {
            people.append(person)
            sameCount += person.pairCount
            pictureCount += person.pictures.count
            squares += person.pictures.count * person.pictures.count
        }
    }

    /// The pairs, fold by fold, in each those of one person first.
    package let pairs: [LFWPair]
    /// The fold of each pair, from 0.
    package let folds: [Int]
    /// The number of people in each fold.
    package let peopleOfFold: [Int]

    /// More pictures in one folder are refused, so that products of their number stay in range.
    package static let pictureLimit = 1_000_000_000

    /// - Parameters:
    ///   - people: In any order; one without pictures is passed over.
    ///   - count: Pairs in all, a multiple of twice `folds`.
    /// - Throws: `PairMakingError` if there are too few people or pictures.
    package init(_ people: [Person], count: Int, folds: Int, seed: UInt64, folder: String) throws(PairMakingError) {
        guard folds >= 2, count > 0, count.isMultiple(of: 2 * folds) else { throw .unevenCount(count, folds: folds) }
        var generator = SeededGenerator(seed: seed)
        let wanted = count / 2 / folds
        let divided = PairMaking.divided(people, into: folds, wanted: wanted, &generator)
        // What all folds can give of both kinds.
        let most = divided.map { min($0.sameCount, $0.differentCount) }.min() ?? 0
        if let fold = divided.firstIndex(where: { min($0.sameCount, $0.differentCount) < wanted }) {
            throw .tooFew(
                folder: folder, fold: fold + 1, people: divided[fold].people.count, same: divided[fold].sameCount,
                different: divided[fold].differentCount, wanted: wanted, most: 2 * folds * most)
        }
        var (pairs, ofPair): ([LFWPair], [Int]) = ([], [])
        for (index, fold) in divided.enumerated() {
            pairs += PairMaking.samePairs(fold, count: wanted, &generator)
            pairs += DifferentPairs(fold).draw(count: wanted, &generator)
            ofPair += [Int](repeating: index, count: 2 * wanted)
        }
        (self.pairs, self.folds, peopleOfFold) = (pairs, ofPair, divided.map(\.people.count))
    }

    /// The list as CSV with the columns `a`, `b`, `same` and `fold`, folds counted from 1.
    package var csv: [UInt8] {
        var text = CSVTable.line(["a", "b", "same", "fold"])
        for (pair, fold) in zip(pairs, folds) {
            text += CSVTable.line([pair.imageA, pair.imageB, pair.isSame ? "1" : "0", "\(fold + 1)"])
        }
        return Array(text.utf8)
    }

    /// Deals people to folds: those with the most pictures first, in random order among equals, each to the fold that lacks the most
    /// same-person pairs, then the most different-people pairs, and among those to the one with the fewest pictures. Pairs beyond those that
    /// are wanted do not count: a person with very many pictures would have a fold alone.
    private static func divided(_ people: [Person], into folds: Int, wanted: Int, _ generator: inout SeededGenerator) -> [Fold] {
        var order = people.filter { !$0.pictures.isEmpty }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for place in order.indices.reversed() where place > 0 { order.swapAt(place, generator.below(place + 1)) }
        let dealt = order.enumerated().sorted { ($1.element.pictures.count, $0.offset) < ($0.element.pictures.count, $1.offset) }
        var result = [Fold](repeating: Fold(), count: folds)
        for (_, person) in dealt {
            func standing(_ fold: Int) -> (Int, Int, Int, Int) {
                (min(result[fold].sameCount, wanted), min(result[fold].differentCount, wanted), result[fold].pictureCount, fold)
            }
            let place = result.indices.min { standing($0) < standing($1) }
            // People with one picture add no same-person pair, and go where the fewest pictures are.
            let fewest = result.indices.min { (result[$0].pictureCount, $0) < (result[$1].pictureCount, $1) }
            if let chosen = person.pictures.count > 1 ? place : fewest { result[chosen].add(person) }
        }
        return result
    }

    private static func samePairs(_ fold: Fold, count: Int, _ generator: inout SeededGenerator) -> [LFWPair] {
        var left = fold.people.filter { $0.pictures.count > 1 }.map { (person: $0, draws: DrawnNumbers(below: $0.pairCount)) }
        var pairs: [LFWPair] = []
        while pairs.count < count, !left.isEmpty {
            let place = generator.below(left.count)
            guard let number = left[place].draws.next(&generator) else {
                left.swapAt(place, left.count - 1)
                left.removeLast()
                continue
            }
            let (first, second) = PairMaking.places(number)
            let pictures = left[place].person.pictures
            pairs.append(LFWPair(pictures[first], pictures[second], isSame: true))
        }
        return pairs
    }

    /// The two places of a pair's number: pair 0 is (0, 1), then (0, 2), (1, 2), (0, 3) …
    static func places(_ number: Int) -> (Int, Int) {
        var second = Int((Double(8 * number + 1).squareRoot() + 1) / 2)
        // The root of a large number may be off by one.
        while second * (second - 1) / 2 > number { second -= 1 }
        while (second + 1) * second / 2 <= number { second += 1 }
        return (number - second * (second - 1) / 2, second)
    }
}
