import Synchronization
import Testing

@testable import ConvertInference

/// Items made on several threads and handed on in order.
@Suite struct OrderedWorkTests {
    /// Later items are done sooner.
    @Sendable private static func slowThenFast(_ item: Int) -> Int {
        var sum = 0
        for step in 0..<(200 - item) * 1000 { sum &+= step ^ item }
        return sum == -1 ? 0 : item * item
    }

    @Test("Items arrive in order with any number of threads", arguments: [1, 2, 5])
    func itemsComeInOrderWhateverTheNumberOfThreads(threads: Int) throws {
        var seen: [Int] = []
        try Workers(count: threads).inOrder(200, make: OrderedWorkTests.slowThenFast) { item, made in
            #expect(made == item * item)
            seen.append(item)
        }
        #expect(seen == Array(0..<200))
        try Workers(count: threads).inOrder(0, make: OrderedWorkTests.slowThenFast) { _, _ in Issue.record("nothing was asked for") }
    }

    @Test("Threads run ahead by only a few items") func threadsRunAheadByAFewItemsOnly() throws {
        let made = Atomic<Int>(0)
        try Workers(count: 3).inOrder(
            100,
            make: { _ in made.wrappingAdd(1, ordering: .relaxed) },
            use: { item, _ in
                let most = (0..<20_000).map { _ in made.load(ordering: .relaxed) }.max() ?? 0
                #expect(most <= item + 1 + 6)
            })
        #expect(made.load(ordering: .relaxed) == 100)
    }

    private struct Enough: Error {}

    @Test("An error stops the remaining work and is rethrown") func anErrorEndsTheRestAndIsPassedOn() {
        let made = Atomic<Int>(0)
        #expect(throws: Enough.self) {
            try Workers(count: 4).inOrder(
                10_000, make: { _ in made.wrappingAdd(1, ordering: .relaxed) },
                use: { item, _ in if item == 3 { throw Enough() } })
        }
        #expect((4...16).contains(made.load(ordering: .relaxed)))
    }

    @Test("Concurrent runs of one executor give the same results as separate runs")
    func severalRunsOfOneExecutorAtOnceGiveWhatEachGivesAlone() throws {
        let model = try Networks.source("branches")
        let shape = try Networks.inputOfFixture("branches").shape
        var options = FastExecutor.Options()
        options.threads = 1
        let executor = try FastExecutor(model, options: options)
        let inputs = try (0..<8).map { try Networks.input([1 + $0 % 3] + shape.dropFirst(), seed: $0) }
        let alone = try inputs.map { try executor.run($0).map(\.batch.values) }
        var seen = 0
        // Often enough that they meet.
        try Workers(count: 4).inOrder(
            400, make: { index in try? executor.run(inputs[index % 8]).map(\.batch.values) },
            use: { index, together in if together == alone[index % 8] { seen += 1 } })
        #expect(seen == 400)
    }
}
