import Glibc

/// One of several contiguous parts of a list, so that many machines can share its work.
public struct Shard: Sendable, Equatable {
    /// Which part, from 0.
    public let index: Int
    /// How many parts there are.
    public let count: Int

    /// The most parts of a list.
    public static let limit = 1_000_000

    /// Nil if there is no such part.
    public init?(_ index: Int, of count: Int) {
        guard 1...Shard.limit ~= count, 0..<count ~= index else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// The items of this part: parts follow each other without gaps, and their lengths differ by 1 at most.
    func range(of items: Int) -> Range<Int> {
        func start(_ index: Int) -> Int {
            let product = items.multipliedFullWidth(by: index)
            return count.dividingFullWidth(product).quotient
        }
        return start(index)..<start(index + 1)
    }

    /// `3/16`.
    public var text: String { "\(index)/\(count)" }
}

/// Which part is asked for: a given one, or the one that a scheduler gives this process.
public enum ShardChoice: Sendable, Equatable {
    /// The part itself.
    case given(Shard)
    /// The scheduler's, of so many parts.
    case scheduled(of: Int)

    /// `3/16` or `auto/16`; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[1]), 1...Shard.limit ~= count else { return nil }
        if parts[0] == "auto" {
            self = .scheduled(of: count)
        } else {
            guard let index = Int(parts[0]), let shard = Shard(index, of: count) else { return nil }
            self = .given(shard)
        }
    }

    /// The part. Throws `ShardError` if no scheduler, or more than one, says which.
    public func shard(_ variable: (String) -> String? = ShardChoice.environment) throws(ShardError) -> Shard {
        switch self {
        case .given(let shard): return shard
        case .scheduled(let count):
            // Outside an array, Grid Engine sets its variable to a word.
            let set = Scheduler.allCases.compactMap { scheduler in
                variable(scheduler.variable).flatMap { $0.isEmpty || $0 == "undefined" ? nil : (scheduler: scheduler, value: $0) }
            }
            guard let first = set.first else { throw .noScheduler(Scheduler.allCases.map(\.variable)) }
            if set.count > 1 { throw .severalSchedulers(set.map(\.scheduler.variable)) }
            let base = first.scheduler.base
            guard let number = Int(first.value), number >= base, let shard = Shard(number - base, of: count) else {
                throw .notInRange(variable: first.scheduler.variable, value: first.value, allowed: base...(count - 1 + base))
            }
            return shard
        }
    }

    /// A variable of this process's environment.
    public static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// Schedulers, by the variable in which each gives a task its number.
enum Scheduler: CaseIterable {
    case slurm, kubernetes, gridEngine, pbs, parallel

    var variable: String {
        switch self {
        case .slurm: "SLURM_ARRAY_TASK_ID"
        case .kubernetes: "JOB_COMPLETION_INDEX"
        case .gridEngine: "SGE_TASK_ID"
        case .pbs: "PBS_ARRAY_INDEX"
        case .parallel: "PARALLEL_SEQ"
        }
    }

    /// The first task's number. Slurm's and PBS's are chosen with the array, which is to begin at 0.
    var base: Int {
        switch self {
        case .slurm, .kubernetes, .pbs: 0
        case .gridEngine, .parallel: 1
        }
    }
}
