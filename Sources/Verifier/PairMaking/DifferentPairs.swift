/// Pairs of pictures of two people of one fold, drawn without repetition.
struct DifferentPairs {
    private let people: [PairMaking.Person]
    private let total: Int
    /// All pictures, person after person.
    private let pictures: [String]
    /// Where each person's pictures begin.
    private let starts: [Int]

    init(_ fold: PairMaking.Fold) {
        (people, total) = (fold.people, fold.differentCount)
        pictures = fold.people.flatMap(\.pictures)
        var next = 0
        starts = fold.people.map { person in
            defer { next += person.pictures.count }
            return next
        }
    }

    /// Draws two people and a picture of each, until there are enough. If chance mostly hits pairs that are there already, the rest is drawn
    /// from all pairs that are left, each equally likely.
    func draw(count: Int, _ generator: inout SeededGenerator) -> [LFWPair] {
        guard people.count > 1 else { return [] }
        var taken: Set<SIMD2<Int>> = []
        var pairs: [LFWPair] = []
        func take(_ first: Int, _ second: Int) {
            guard pairs.count < count, taken.insert(SIMD2(min(first, second), max(first, second))).inserted else { return }
            pairs.append(LFWPair(pictures[first], pictures[second], isSame: false))
        }
        for _ in 0..<4 * count + 100 where pairs.count < count {
            let one = generator.below(people.count)
            let drawn = generator.below(people.count - 1)
            let other = drawn < one ? drawn : drawn + 1
            let first = starts[one] + generator.below(people[one].pictures.count)
            take(first, starts[other] + generator.below(people[other].pictures.count))
        }
        guard pairs.count < count else { return pairs }
        // How many pictures of later people follow each person's, added up: a pair's number then says its pictures.
        var ends: [Int] = []
        var sum = 0
        for (person, start) in zip(people, starts) {
            sum += person.pictures.count * (pictures.count - start - person.pictures.count)
            ends.append(sum)
        }
        var numbers = DrawnNumbers(below: total)
        while pairs.count < count, let number = numbers.next(&generator) {
            guard let person = ends.firstIndex(where: { number < $0 }) else { continue }
            let after = starts[person] + people[person].pictures.count
            let (place, behind) = (number - (person > 0 ? ends[person - 1] : 0)).quotientAndRemainder(dividingBy: pictures.count - after)
            take(starts[person] + place, after + behind)
        }
        return pairs
    }
}

/// Numbers from 0 drawn without repetition, in memory that grows with how many were drawn only (Fisher and Yates).
struct DrawnNumbers {
    private var left: Int
    private var moved: [Int: Int] = [:]

    init(below count: Int) { left = count }

    /// The next number; nil if all were drawn.
    mutating func next(_ generator: inout SeededGenerator) -> Int? {
        guard left > 0 else { return nil }
        let place = generator.below(left)
        left -= 1
        let number = moved[place] ?? place
        moved[place] = moved[left] ?? left
        moved[left] = nil
        return number
    }
}

extension SeededGenerator {
    /// A number from 0 up to `count`, which is positive, each equally likely on every machine (Lemire, Fast random integer generation in an
    /// interval, 2019).
    mutating func below(_ count: Int) -> Int {
        let range = UInt64(max(count, 1))
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let least = (0 &- range) % range
            while product.low < least { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }
}
