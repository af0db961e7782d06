import Testing

@testable import ConvertKit

/// How a list is divided, and which part a scheduler means.
@Suite struct ShardDivisionTests {
    @Test("Parts cover the list once, in order, and differ by one item at most")
    func division() throws {
        for (items, count) in [(0, 1), (0, 4), (1, 4), (7, 3), (16, 16), (1000, 7), (7701, 16), (Int.max / 3, 1_000_000)] {
            var (next, lengths): (Int, Set<Int>) = (0, [])
            for index in 0..<count {
                let range = try #require(Shard(index, of: count)).range(of: items)
                #expect(range.lowerBound == next)
                next = range.upperBound
                lengths.insert(range.count)
            }
            #expect(next == items && lengths.count <= 2 && (lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
        }
    }

    @Test("An index is from 0 and below the number of parts") func texts() {
        #expect(ShardChoice("3/16") == Shard(3, of: 16).map(ShardChoice.given))
        #expect(ShardChoice("auto/16") == .scheduled(of: 16))
        for text in ["16/16", "-1/16", "1", "1/0", "1/2/3", "/3", "3/", "auto", "auto/", "auto/0", "one/2", "1/1000001", " 1/2"] {
            #expect(ShardChoice(text) == nil, "\(text)")
        }
    }

    @Test(
        "Each scheduler's numbers begin where it begins to count",
        arguments: [
            ("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 0), ("SGE_TASK_ID", 1), ("PBS_ARRAY_INDEX", 0), ("PARALLEL_SEQ", 1),
        ])
    func bases(_ variable: String, _ base: Int) throws {
        let choice = ShardChoice.scheduled(of: 4)
        for index in 0..<4 { #expect(try choice.shard { $0 == variable ? "\(index + base)" : nil } == Shard(index, of: 4)) }
        for value in ["\(base + 4)", "\(base - 1)", "x"] {
            #expect(throws: ShardError.notInRange(variable: variable, value: value, allowed: base...base + 3)) {
                try choice.shard { $0 == variable ? value : nil }
            }
        }
        // Outside an array, Grid Engine says "undefined".
        for value in ["", "undefined"] {
            #expect(throws: ShardError.self) { try choice.shard { $0 == variable ? value : nil } }
        }
        // A given index looks at no variable.
        #expect(try ShardChoice("2/4")?.shard { _ in "3" } == Shard(2, of: 4))
    }

    @Test("Missing indices are written as an array's") func arrays() {
        #expect(ShardError.arrayText([3, 7, 8, 9]) == "--array=3,7-9")
        #expect(ShardError.arrayText([5]) == "--array=5" && ShardError.arrayText([1, 0]) == "--array=0-1")
        #expect(ShardError.arrayText([0, 2, 4, 5]) == "--array=0,2,4-5")
    }
}
