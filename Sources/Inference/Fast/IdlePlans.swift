/// Plans that no run is using: each run takes one of its input size out, and gives it back, so that several can go on at once.
struct IdlePlans: Sendable {
    /// Bytes that idle plans may take together. Past it only the newest stays, and one that is larger by itself does not.
    let byteLimit: Int

    private var plans: [ValueExtent: [ExecutionPlan]] = [:]
    private var byteCount = 0

    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// A plan for input of this extent and for at least this many images, if one is idle.
    mutating func take(_ extent: ValueExtent, capacity: Int) -> ExecutionPlan? {
        guard let plan = plans[extent]?.popLast() else { return nil }
        byteCount -= plan.byteCount
        // A smaller one will not be asked for again soon: this run's plan takes its place.
        return plan.wantedCapacity >= capacity ? plan : nil
    }

    mutating func giveBack(_ plan: ExecutionPlan, _ extent: ValueExtent) {
        guard plan.byteCount <= byteLimit else { return }
        if byteCount + plan.byteCount > byteLimit {
            plans.removeAll()
            byteCount = 0
        }
        plans[extent, default: []].append(plan)
        byteCount += plan.byteCount
    }
}
