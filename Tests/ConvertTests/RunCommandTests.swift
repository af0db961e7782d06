import ConvertFiles
import TestSupport
import Testing

/// `convert run` on `.npy` files.
@Suite struct RunCommandTests {
    let folder = Fixtures.temporaryFolder()
    let model = Fixtures.path("models/ir_small.pth")
    let input = Fixtures.path("models/ir_small_input.npy")

    private func run(_ input: String, _ options: [String] = [], to name: String = "y.npy") throws -> CommandRun {
        try CommandRun(["run", model, "--input", input, "-o", "\(folder)/\(name)"] + options)
    }

    private func array(_ name: String) throws -> NumpyArray { try NumpyArray(try MappedFile(path: name)) }

    private func write(_ shape: [Int], _ values: [Float]) throws -> String {
        let output = try OutputFile(target: "\(folder)/in.npy", replacing: true, inputs: [])
        try values.withUnsafeBytes { try NumpyArray.write($0, element: .float32, shape: shape, to: output) }
        try output.commit()
        return output.target
    }

    @Test("Outputs are torch's for any batch size and number of threads") func outputsAreTorchsWhateverTheBatchAndTheThreads() throws {
        let expected = try array(Fixtures.path("models/ir_small_output.npy")).doubles
        var seen: Set<[UInt32]> = []
        for options in [[], ["--batch-size", "1"], ["--batch-size", "2", "--threads", "2"], ["--threads", "1"]] {
            #expect(try run(input, options + ["--force"]).status == 0)
            let found = try array("\(folder)/y.npy")
            #expect(found.shape == [3, 16] && found.element == .float32)
            for (one, other) in zip(found.doubles, expected) { #expect(abs(one - other) < 1e-5 * 10) }
            seen.insert(found.floats.map(\.bitPattern))
        }
        #expect(seen.count == 1)
        #expect(try run(input, ["--exact"], to: "e.npy").status == 0)
        for (one, other) in zip(try array("\(folder)/e.npy").doubles, expected) { #expect(abs(one - other) < 1e-4) }
        #expect(try run(input, ["--normalize"], to: "n.npy").status == 0)
        let unit = try array("\(folder)/n.npy").doubles
        for image in 0..<3 {
            let norm = unit[image * 16..<image * 16 + 16].reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(norm - 1) < 1e-6)
        }
    }

    @Test("Invalid inputs are refused and existing outputs are kept") func whatCannotEnterIsRefusedAndWhatIsThereIsKept() throws {
        let wrong = try run(try write([1, 3, 8, 8], [Float](repeating: 0, count: 192)))
        #expect(wrong.status == 2 && wrong.errors.contains("[1, 3, 8, 8]"), "\(wrong.errors)")
        var values = [Float](repeating: 0.5, count: 2 * 3 * 112 * 112)
        values[3 * 112 * 112 + 5] = .infinity
        let poisoned = try run(try write([2, 3, 112, 112], values))
        #expect(poisoned.status == 2 && poisoned.errors.contains("image 1 of the input"), "\(poisoned.errors)")
        let slow = try run(try write([2, 3, 112, 112], values), ["--float64"])
        #expect(slow.status == 2 && slow.errors.contains("image 1 of the input"), "\(slow.errors)")
        Fixtures.write([7], to: "\(folder)/y.npy")
        let kept = try run(input)
        #expect(kept.status == 2 && kept.errors.contains("exists already"), "\(kept.errors)")
        #expect(try Fixtures.bytes("\(folder)/y.npy") == [7])
    }

    @Test("Broken arrays are errors at every length and with every size") func brokenArraysAreErrorsAtEveryLengthAndWithEverySize() throws {
        let whole = try Fixtures.bytes(try write([1, 2], [1, 2]))
        for length in 1..<whole.count {
            Fixtures.write(Array(whole[..<length]), to: "\(folder)/cut.npy")
            #expect(throws: (any Error).self, "\(length)") { try array("\(folder)/cut.npy") }
        }
        #expect(try array("\(folder)/in.npy").floats == [1, 2])
        let shapes = [
            "(9223372036854775807, 9223372036854775807)", "(4611686018427387904, 4)", "(-1, 2)", "(99999999999999999999,)", "(", ")", "()",
            "(1, 2", "2", "(1.5,)", "(a,)", "(0, 9223372036854775807, 9223372036854775807)", "(3, 4)",
        ]
        for shape in shapes {
            for key in ["shape", "descr", "fortran_order"] {
                let text =
                    "{'descr': \(key == "descr" ? shape : "'<f4'"), 'fortran_order': \(key == "fortran_order" ? shape : "False"), "
                    + "'shape': \(key == "shape" ? shape : "(2, 2)"), }\n"
                let header = Array(text.utf8)
                let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + [UInt8](repeating: 0, count: 8)
                Fixtures.write(bytes, to: "\(folder)/bad.npy")
                #expect(throws: (any Error).self, "\(key) \(shape)") { try array("\(folder)/bad.npy") }
            }
        }
        let bad = try run("\(folder)/bad.npy")
        #expect(bad.status == 2, "\(bad.output)")
    }
}
