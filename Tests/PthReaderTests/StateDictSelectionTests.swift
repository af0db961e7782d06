import Testing

@testable import PthReader

/// The state dict is chosen from what inference needs.
@Suite struct StateDictSelectionTests {
    @Test("Dictionaries used only in training are not candidates")
    func dictionariesOfTrainingAreNoCandidates() throws {
        let weights = dictionary(["weight": try tensor()])
        let root = dictionary([
            "generator": weights, "optimizerG": weights, "arcface_state_dict": weights, "ema_optimizer": dictionary(["exp_avg": weights]),
        ])
        let selection = try select(root)
        #expect(selection.path == "generator" && selection.candidates == ["generator"])
        // A known name inside an optimizer does not help.
        #expect(try select(dictionary(["net_a": weights, "optimizer": dictionary(["state_dict": weights])])).path == "net_a")
        #expect(throws: PthError.severalStateDicts(file: "test.pth", paths: ["a", "b"])) {
            try select(dictionary(["a": weights, "b": weights, "optimizerG": weights]))
        }
    }

    @Test("A dictionary chosen by name is taken even if it belongs to training")
    func oneThatWasAskedForIsTaken() throws {
        let weights = dictionary(["weight": try tensor()])
        let root = dictionary(["generator": weights, "optimizerG": weights])
        #expect(try select(root, path: "optimizerG").path == "optimizerG")
        #expect(throws: PthError.noSuchStateDict(file: "test.pth", path: "none", candidates: ["generator", "optimizerG"])) {
            try select(root, path: "none")
        }
    }

    @Test("Training dictionaries are candidates if there are no others")
    func whereNothingElseIsThereTrainingCounts() throws {
        let selection = try select(dictionary(["epoch": .integer(3), "arcface_state_dict": dictionary(["weight": try tensor()])]))
        #expect(selection.path == "arcface_state_dict" && selection.candidates == ["arcface_state_dict"])
    }
}
