import Kernels
import Synchronization
import Testing

@testable import ConvertInference

/// Work in stages that follow one another.
@Suite struct StageTests {
    /// Whether a thread is in an item, and what is done.
    private struct Record {
        var done: [[Int]]
        var inside: Set<Int> = []
        var complaints: [String] = []
    }

    @Test("Every item is done once, and none before the stage before it is whole", arguments: [1, 2, 3, 16])
    func stagesFollowOneAnother(threads: Int) {
        for round in 0..<100 {
            let sizes = (0..<12).map { (round * 7 + $0 * 5) % 9 }
            let record = Mutex(Record(done: sizes.map { [Int](repeating: 0, count: $0) }))
            let stages = sizes.indices.map { index in
                Stage(items: sizes[index]) { item, worker, _ in
                    record.withLock { record in
                        if !record.inside.insert(worker).inserted { record.complaints.append("worker \(worker) is two threads") }
                        if index > 0, record.done[index - 1].contains(0) { record.complaints.append("stage \(index) began too early") }
                    }
                    record.withLock {
                        $0.done[index][item] += 1
                        $0.inside.remove(worker)
                    }
                }
            }
            Workers(count: threads).forEach(stages)
            let found = record.withLock { $0 }
            #expect(found.complaints.isEmpty)
            #expect(found.done == sizes.map { [Int](repeating: 1, count: $0) })
        }
    }

    @Test("Joined stages do the items of all, and know the weights of each")
    func joinedStages() {
        let calls = Mutex<[String]>([])
        func stage(_ name: String, _ items: Int) -> Stage {
            Stage(items: items) { item, _, _ in calls.withLock { $0.append("\(name)\(item)") } }
        }
        let joined = Stage(joining: [stage("a", 2), stage("b", 0), stage("c", 3)])
        #expect(joined.items == 5 && joined.weights == nil)
        Workers(count: 1).forEach([joined])
        #expect(calls.withLock { $0 } == ["a0", "a1", "c0", "c1", "c2"])
        #expect(Stage(joining: []).items == 0)
    }

    @Test("Each item is given the weights that its thread reads next")
    func weightsThatFollow() throws {
        let memory = try #require(FloatMemory(zeros: 1024))
        let view = ImageView(
            base: memory.base, height: 1, width: 1, channels: 1, pixelStride: 8, rowStride: 8, imageStride: 8, border: 0)
        // A block has sixteen weights.
        let job = ConvolutionJob(
            input: view, output: view, weights: UnsafePointer(memory.base), bias: UnsafePointer(memory.base), images: 1)
        let seen = Mutex<[Int?]>([])
        func stage(_ weights: (@Sendable (Int) -> WeightAddress?)?, _ items: Int) -> Stage {
            Stage(items: items, weights: weights) { _, _, following in
                let place = following.map { ($0.base - job.weights) / 16 }
                seen.withLock { $0.append(place) }
            }
        }
        Workers(count: 1).forEach([stage({ job.directWeights(10 + $0) }, 2), stage(nil, 1), stage({ job.directWeights(20 + $0) }, 1)])
        // Within the stage; past a stage without weights; past that stage too; none.
        #expect(seen.withLock { $0 } == [11, 20, 20, nil])
    }
}
