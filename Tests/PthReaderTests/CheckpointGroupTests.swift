import Testing

@testable import PthReader

/// Training state is recognized by the words of its key, and nothing else is mistaken for it.
@Suite struct CheckpointGroupTests {
    static let named: [(String, CheckpointGroup)] = [
        ("optimizer", .optimizer), ("optimizerG", .optimizer), ("optimizer_g", .optimizer), ("optimizers.0", .optimizer),
        ("optimizer2", .optimizer), ("optimizerState", .optimizer), ("ema_optimizer", .optimizer), ("D_optimizer", .optimizer),
        ("optim_g", .optimizer), ("optimiser", .optimizer), ("OPTIMIZER", .optimizer), ("modelOptimizer", .optimizer),
        ("scheduler", .scheduler), ("lr_scheduler", .scheduler), ("scheduler_g", .scheduler), ("LRScheduler", .scheduler),
        ("lr_schedulers", .scheduler), ("lrScheduler1", .scheduler), ("lr_sched", .scheduler),
        ("scaler", .scaler), ("amp_scaler", .scaler), ("grad_scaler", .scaler), ("GradScaler", .scaler), ("loss_scaler", .scaler),
        ("amp", .scaler),
        ("history", .history), ("train_history", .history), ("arcface_state_dict", .head), ("head2", .head), ("metricFc", .head),
        ("opt", .other), ("options", .other), ("optimal_weights", .other), ("feature_scaler", .other), ("noise_scheduler", .other),
        ("example", .other), ("multihead", .other), ("header", .other), ("schedule", .other), ("model", .other), ("ema", .other),
    ]

    @Test("A key is grouped by its words", arguments: named)
    func keysAreKnownByTheirWords(_ key: String, _ group: CheckpointGroup) throws {
        let value = dictionary(["weight": try tensor()])
        #expect(CheckpointGroup.of(key: key, value: value, stateDictPath: "state_dict") == group)
    }

    @Test("A string or a number is never training state", arguments: ["optimizer", "scheduler", "scaler", "history", "head"])
    func aTextOrANumberIsNeverDropped(_ key: String) {
        for value in [CheckpointValue.string("adam"), .integer(3), .none] {
            #expect(CheckpointGroup.of(key: key, value: value, stateDictPath: "state_dict") == .other)
        }
    }

    @Test("A tensor with a dotted name is a parameter", arguments: ["backbone.head.weight", "history.0", "optimizer.scale"])
    func aTensorWithADottedNameIsAParameter(_ key: String) throws {
        #expect(CheckpointGroup.of(key: key, value: try tensor(), stateDictPath: "state_dict") == .other)
    }

    @Test("The chosen state dict is the backbone, whatever its name")
    func theChosenStateDictIsTheBackboneWhateverItsName() throws {
        let value = dictionary(["weight": try tensor()])
        #expect(CheckpointGroup.of(key: "optimizerG", value: value, stateDictPath: "optimizerG") == .backbone)
        #expect(CheckpointGroup.of(key: "head", value: dictionary(["a": value]), stateDictPath: "head.a") == .backbone)
    }

    @Test("An optimizer or gradient scaler is recognized by its contents if its name says nothing")
    func anOptimizerIsKnownByWhatItHoldsWhereItsNameSaysNothing() {
        let adam = dictionary(["state": dictionary([:]), "param_groups": .list([])])
        #expect(CheckpointGroup.of(key: "optG", value: adam, stateDictPath: "") == .optimizer)
        #expect(CheckpointGroup.of(key: "opts", value: .list([adam, adam]), stateDictPath: "") == .optimizer)
        #expect(CheckpointGroup.of(key: "opts", value: .list([]), stateDictPath: "") == .other)
        #expect(
            CheckpointGroup.of(
                key: "feature_scaler", value: dictionary(["scale": .float(1), "growth_factor": .float(2)]), stateDictPath: "") == .scaler)
    }
}
