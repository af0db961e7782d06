import ConvertFiles
import ConvertIR
import Foundation
import TestSupport
import Testing

@testable import Architectures

/// What a caller's own description states of how images enter, and what is checked of it.
@Suite struct OwnDescriptionTests {
    private let unit = "unit = l2_normalize(it) axis=1 epsilon=1e-12\noutput"
    private let all = "contract tiny channels=bgr mean=1,2,3 deviation=4 crop=whole"

    private func contract(_ line: String, normalized: Bool = false) throws -> InputContract {
        let text = Family.whole.replacing(all, with: line)
        return try Family.rebuild(normalized ? text.replacing("output", with: unit) : text).model.contract
    }

    @Test("What is written is given; what is not is unknown, or a default that is said to be assumed")
    func origins() throws {
        let bare = try contract("contract tiny")
        #expect(bare.mean == nil && bare.standardDeviation == nil && bare.crop == .unknown && bare.scaling == nil)
        #expect(bare.origins.facts(.unknown) == [.mean, .standardDeviation, .crop])
        #expect(bare.origins.facts(.assumed) == [.epsilon, .channelOrder] && bare.channelOrder == .rgb)
        #expect(bare.origins.facts(.given) == [.height, .width], "the image line has one size")
        for (word, fact) in [
            ("epsilon=0.5", NetworkFact.epsilon), ("channels=bgr", .channelOrder), ("mean=1,2,3", .mean),
            ("deviation=4", .standardDeviation),
            ("crop=whole", .crop), ("raw", .isNormalized),
        ] {
            let one = try contract("contract tiny \(word)")
            #expect(one.origins[fact] == .given, "\(word)")
            #expect(Set(one.origins.facts(.given)) == [.height, .width, fact], "\(word)")
        }
        let whole = try contract(all + " epsilon=1e-5 raw")
        #expect(whole.origins.facts(.assumed).isEmpty && whole.origins.facts(.unknown).isEmpty)
        // A variant adds what it writes.
        let variant = try contract("contract tiny mean=1\nvariant other deviation=2\nwhen untrained")
        #expect(variant.origins[.mean] == .given && variant.origins[.standardDeviation] == .given && variant.standardDeviation == 2)
        #expect(variant.origins[.crop] == .unknown)
    }

    @Test("normalized and raw agree with what the graph ends in; without either, the graph shows it")
    func unitLength() throws {
        for normalized in [false, true] {
            let shown = try contract("contract tiny", normalized: normalized)
            #expect(shown.isNormalized == normalized && shown.origins[.isNormalized] == .stated)
            let right = try contract("contract tiny " + (normalized ? "normalized" : "raw"), normalized: normalized)
            #expect(right.isNormalized == normalized && right.origins[.isNormalized] == .given)
            let error = #expect(throws: FamilyError.self) {
                try contract("contract tiny " + (normalized ? "raw" : "normalized"), normalized: normalized)
            }
            #expect(error?.problem.contains("but the first output is") == true, "\(String(describing: error))")
        }
    }

    @Test("A description that nothing of the file is recognized by, and a name with an unknown variable, are errors")
    func headers() throws {
        let unrecognized = Family.whole.replacing("recognize conv1.weight bn1.weight fc.weight", with: "recognize v.weight")
        let error = #expect(throws: ArchitectureError.self) { try Family.rebuild(unrecognized) }
        #expect(error?.problem.contains("v.weight, by which the family is recognized, is missing") == true, "\(String(describing: error))")
        for (name, problem) in [
            ("name foo if zzz", "mine.family, line 2: no line above defines the variable zzz"),
            ("name foo_{zzz}", "mine.family, line 2: no line above defines the variable zzz"),
            ("name foo if 1 / 0", "mine.family, line 2: expected a number, found 1 / 0"),
        ] {
            let error = #expect(throws: (any Error).self) {
                try Family.rebuild(Family.whole.replacing("recognize", with: "\(name)\nrecognize"))
            }
            #expect((error as? any DescribedError)?.problem.contains(problem) == true, "\(name): \(String(describing: error))")
        }
    }

    @Test("A convolution's weight has the window that its line says, or whose padding it writes")
    func windows() throws {
        func conv(_ fields: String) throws -> String? {
            do {
                let text = Family.whole.replacing("convolution(it) padding=1", with: "convolution(it) \(fields)")
                _ = try Family.rebuild(text)
                return nil
            } catch { return (error as? any DescribedError)?.problem }
        }
        for fields in [
            "padding=1", "window=3", "window=3x3 padding=1", "window=any padding=0", "padding=same", "padding=2,2,2,2", "padding=1,0",
        ] {
            #expect(try conv(fields) == nil, "\(fields)")
        }
        for (fields, shape) in [("padding=2", "5, 5"), ("window=1", "1, 1"), ("window=1x3", "1, 3"), ("padding=2,1", "5, 3")] {
            let problem = try conv(fields) ?? ""
            let wanted = "mine.family, line 5: conv1.weight is [4, 3, 3, 3], not [outputs, channels, \(shape)]"
            #expect(problem.contains(wanted), "\(fields): \(problem)")
        }
        #expect(try conv("window=big")?.contains("line 5: window must be") == true)
        // A window of even sides has no padding that keeps the size.
        let even = Family.shapes.map { ($0.0, $0.0 == "conv1.weight" ? [4, 3, 2, 3] : $0.1) }
        let error = #expect(throws: ArchitectureError.self) {
            try Family.rebuild(Family.whole.replacing("padding=1", with: "padding=same"), try Family.weights(even))
        }
        #expect(error?.problem.contains("conv1.weight is [4, 3, 2, 3], not a window of odd sides") == true, "\(String(describing: error))")
    }

    @Test("Nodes that do not fit together are said with the line, the keys and the shapes, and the line is to be corrected")
    func nodes() throws {
        let sum = Family.whole.replacing(
            "bn1 =", with: "side = convolution(input) weight=side.weight window=1\nboth = add(conv1, side)\nbn1 =")
        let shapes = Family.shapes + [("side.weight", [5, 3, 1, 1])]
        let error = #expect(throws: ArchitectureError.self) { try Family.rebuild(sum, try Family.weights(shapes)) }
        for part in ["mine.family, line 7", "conv1.weight, which is [4, 3, 3, 3]", "side.weight, which is [5, 3, 1, 1]"] {
            #expect(error?.problem.contains(part) == true, "\(error?.problem ?? "accepted")")
        }
        #expect(error?.remedy.contains("correct the line") == true)
        let pad = Family.whole.replacing("conv1 =", with: "frame = pad(it) padding=-4,-4,4,4\nconv1 =")
        let negative = #expect(throws: ArchitectureError.self) { try Family.rebuild(pad) }
        #expect(
            negative?.problem.contains("line 5: node frame: pad: padding -4,-4,4,4: must not be negative") == true,
            "\(negative?.problem ?? "")")
        #expect(negative?.remedy.contains("correct the line") == true)
    }

    @Test("A file that is empty or no text is said to be")
    func files() throws {
        let folder = Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        Fixtures.write([], to: "\(folder)/empty.family")
        #expect(throws: FamilyError.empty(file: "empty.family")) { try FamilyDescription(path: "\(folder)/empty.family") }
        Fixtures.write(Array("family x\nabout \"".utf8) + [0xC3, 0x28] + Array("\"\n".utf8), to: "\(folder)/bytes.family")
        #expect(throws: FamilyError.notText(file: "bytes.family", line: 2)) { try FamilyDescription(path: "\(folder)/bytes.family") }
    }

    @Test("Wirings that the keys do not tell apart are an error that names the projects, and naming one decides")
    func choices() throws {
        let text = Family.whole.replacing("image", with: "variant second deviation=8\nvariant third deviation=9\nimage")
            .replacing("bn1 =", with: "if variant == \"second\"\nextra = relu(it)\nend\nbn1 =")
            .replacing("conv1 =", with: "choose tiny second \"with or without a relu\"\nconv1 =")
        func rebuilt(_ likeness: String?) throws -> Model {
            let family = try FamilyDescription(text: text, file: "mine.family")
            let profile = likeness.flatMap { name in family.contracts.profiles.first { $0.name == name } }
            return try Architectures.rebuild(try Family.weights(), likeness: profile, description: family).model
        }
        #expect(try rebuilt("second").graph.nodes.count == rebuilt("tiny").graph.nodes.count + 1)
        for likeness in [nil, "third"] {
            #expect(
                throws: ArchitectureError.severalWirings(
                    source: "tiny.pth", name: "tiny", difference: "with or without a relu", projects: ["tiny", "second"])
            ) { try rebuilt(likeness) }
        }
        #expect(throws: GraphTextError.self) { try Family.rebuild(text.replacing("choose tiny second", with: "choose tiny other")) }
        #expect(throws: FamilyError.self) { try Family.rebuild(text.replacing("choose tiny second", with: "choose tiny")) }
    }
}
