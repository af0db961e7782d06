import ConvertFaces
import ConvertIR
import TestSupport
import Testing
import Verifier

@testable import ConvertKit

/// What insightface's protocol decides in an evaluation, and what is decided otherwise; what is done with mirror images.
@Suite struct ProtocolChoicesTests {
    private func request(_ change: (inout EvaluationRequest) -> Void) -> EvaluationRequest {
        var request = EvaluationRequest(ModelSource("m.pth"), pairsFile: "pairs.txt")
        request.judging.rule = .insightface
        change(&request)
        return request
    }

    @Test("The protocol sets crop, choice of face and mirror images") func theProtocolSetsEverything() throws {
        var request = request { _ in }
        let choices = try #require(ProtocolChoices.complete(&request))
        #expect(request.faces.crop == .arcface && request.faces.selection == .center && request.mirror == .add)
        #expect(choices.departures.isEmpty && choices.all.map(\.usual) == ["arcface", "center", "add"])
    }

    @Test("What was decided otherwise is respected and reported") func whatWasDecidedStays() throws {
        var request = request {
            ($0.faces.crop, $0.faces.selection, $0.mirror) = (.mtcnn(margin: 16), .largest, MirrorUse.none)
        }
        let choices = try #require(ProtocolChoices.complete(&request))
        #expect(request.faces.crop == .mtcnn(margin: 16) && request.faces.selection == .largest && request.mirror == MirrorUse.none)
        #expect(choices.departures.map(\.name) == ["crop", "selection", "flip"])
        #expect(choices.departures.map(\.taken) == ["mtcnn", "largest", "none"])
        #expect(choices.departures.map(\.usual) == ["arcface", "center", "add"])
    }

    @Test("Whole pictures have no face to choose, and finished crops none to cut") func withoutFaces() throws {
        var whole = request { $0.faces.crop = .whole }
        #expect(ProtocolChoices.complete(&whole)?.departures.map(\.taken) == ["resize"] && whole.faces.selection == nil)
        var given = request { $0.cropsFolder = "crops" }
        #expect(ProtocolChoices.complete(&given)?.all.map(\.name) == ["flip"] && given.faces.crop == nil && given.mirror == .add)
        for rule in EvaluationProtocol.allCases where rule != .insightface {
            var other = request { $0.judging.rule = rule }
            #expect(ProtocolChoices.complete(&other) == nil && other.faces.crop == nil && other.mirror == nil)
        }
    }

    @Test("Vectors are added before they get unit length, or set side by side after it") func mirrorImages() throws {
        let both: [Float] = [3, 4, 0, 1]
        #expect(MirrorUse.none.embedding(both[0..<2]) == [0.6, 0.8])
        let added = try #require(MirrorUse.add.embedding(both[...]))
        let length = Float(34).squareRoot()
        #expect(abs(added[0] - 3 / length) < 1e-7 && abs(added[1] - 5 / length) < 1e-7 && added.count == 2)
        let joined = try #require(MirrorUse.concatenate.embedding(both[...]))
        for (number, wanted) in zip(joined, [0.6, 0.8, 0, 1]) { #expect(abs(Double(number) * 2.0.squareRoot() - wanted) < 1e-6) }
        #expect(joined.count == 4)
        #expect(MirrorUse.add.embedding([1, 2, -1, -2]) == nil && MirrorUse.concatenate.embedding([1, 2, 0, 0]) == nil)
        #expect(MirrorUse.none.embedding([.nan, 1]) == nil && MirrorUse.concatenate.embedding([1, .infinity, 1, 0]) == nil)
    }
}
