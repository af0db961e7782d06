import Files
import Tensors
import Testing

@testable import PthReader

private func dictionary(_ entries: KeyValuePairs<String, CheckpointValue>) -> CheckpointValue {
    .dictionary(CheckpointDictionary(entries: entries.map { .init(key: .string($0.key), value: $0.value) }))
}

private func tensor() throws -> CheckpointValue {
    let storage = Storage(name: "s", bytes: ByteView(copying: [0, 0, 0, 0], name: "s"))
    return .tensor(TorchTensor(try Tensor(dtype: .float32, shape: [1], storage: storage), location: "cpu"))
}

/// What belongs to training is known by the words of its key, and nothing else is taken for it.
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

    @Test(arguments: named) func keysAreKnownByTheirWords(_ key: String, _ group: CheckpointGroup) throws {
        let value = dictionary(["weight": try tensor()])
        #expect(CheckpointGroup.of(key: key, value: value, stateDictPath: "state_dict") == group)
    }

    @Test(arguments: ["optimizer", "scheduler", "scaler", "history", "head"]) func aTextOrANumberIsNeverDropped(_ key: String) {
        for value in [CheckpointValue.string("adam"), .integer(3), .none] {
            #expect(CheckpointGroup.of(key: key, value: value, stateDictPath: "state_dict") == .other)
        }
    }

    @Test(arguments: ["backbone.head.weight", "history.0", "optimizer.scale"]) func aTensorWithADottedNameIsAParameter(_ key: String) throws
    {
        #expect(CheckpointGroup.of(key: key, value: try tensor(), stateDictPath: "state_dict") == .other)
    }

    @Test func theChosenStateDictIsTheBackboneWhateverItsName() throws {
        let value = dictionary(["weight": try tensor()])
        #expect(CheckpointGroup.of(key: "optimizerG", value: value, stateDictPath: "optimizerG") == .backbone)
        #expect(CheckpointGroup.of(key: "head", value: dictionary(["a": value]), stateDictPath: "head.a") == .backbone)
    }

    @Test func anOptimizerIsKnownByWhatItHoldsWhereItsNameSaysNothing() {
        let adam = dictionary(["state": dictionary([:]), "param_groups": .list([])])
        #expect(CheckpointGroup.of(key: "optG", value: adam, stateDictPath: "") == .optimizer)
        #expect(CheckpointGroup.of(key: "opts", value: .list([adam, adam]), stateDictPath: "") == .optimizer)
        #expect(CheckpointGroup.of(key: "opts", value: .list([]), stateDictPath: "") == .other)
        #expect(
            CheckpointGroup.of(
                key: "feature_scaler", value: dictionary(["scale": .float(1), "growth_factor": .float(2)]), stateDictPath: "") == .scaler)
    }
}

/// The state dict is chosen among what inference needs.
@Suite struct StateDictSelectionTests {
    private func select(_ root: CheckpointValue, path: String? = nil) throws -> StateDictSelection {
        try StateDictSelection(in: root, file: "test.pth", path: path)
    }

    @Test func dictionariesOfTrainingAreNoCandidates() throws {
        let weights = dictionary(["weight": try tensor()])
        let root = dictionary([
            "generator": weights, "optimizerG": weights, "arcface_state_dict": weights, "ema_optimizer": dictionary(["exp_avg": weights]),
        ])
        let selection = try select(root)
        #expect(selection.path == "generator" && selection.candidates == ["generator"])
        // A known name inside an optimizer is no better.
        #expect(try select(dictionary(["net_a": weights, "optimizer": dictionary(["state_dict": weights])])).path == "net_a")
        #expect(throws: PthError.severalStateDicts(file: "test.pth", paths: ["a", "b"])) {
            try select(dictionary(["a": weights, "b": weights, "optimizerG": weights]))
        }
    }

    @Test func oneThatWasAskedForIsTaken() throws {
        let weights = dictionary(["weight": try tensor()])
        let root = dictionary(["generator": weights, "optimizerG": weights])
        #expect(try select(root, path: "optimizerG").path == "optimizerG")
        #expect(throws: PthError.noSuchStateDict(file: "test.pth", path: "none", candidates: ["generator", "optimizerG"])) {
            try select(root, path: "none")
        }
    }

    @Test func whereNothingElseIsThereTrainingCounts() throws {
        let selection = try select(dictionary(["epoch": .integer(3), "arcface_state_dict": dictionary(["weight": try tensor()])]))
        #expect(selection.path == "arcface_state_dict" && selection.candidates == ["arcface_state_dict"])
    }
}
