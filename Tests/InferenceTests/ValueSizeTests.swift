import ConvertFiles
import ConvertIR
import ConvertInference
import Glibc
import Testing

/// Networks whose values no machine could hold.
@Suite struct ValueSizeTests {
    @Test("A value that is larger than the memory limit is refused before anything is laid out for its channels")
    func valuesThatAreTooLarge() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
            limit.rlim_cur = min(limit.rlim_max, 4 << 30)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
            // Each line joins eight times the value before it: 3 · 8⁹ channels.
            var text = "input v0: [batch, 3, 8, 8]\n"
            for level in 1...9 {
                let inputs = Array(repeating: "v\(level - 1)", count: 8).joined(separator: ", ")
                text += "v\(level) = concatenate(\(inputs)) axis=1\n"
            }
            text += "pooled = global_average_pool(v9)\noutput pooled\n"
            let weights = Weights(entries: [], provenance: Provenance(source: "none", format: "test", stateDictPath: ""))
            do {
                let graph = try Graph(text: text, file: "text")
                let model = try Model(weights: weights, graph: graph, contract: Networks.contract, architecture: .custom)
                _ = try FastExecutor(model)
                exit(1)
            } catch InferenceError.tooMuchMemory { exit(0) } catch { exit(2) }
        }
    }

    @Test(
        "A value with a size of zero is refused by name",
        arguments: [
            "p: = parameter() weight=image batch\nc: = convolution(p) weight=w stride=1x1 padding=1,1,1,1\noutput c\n",
            "p: = parameter() weight=token batch\nc: = linear(p) weight=wl\noutput c\n",
            "p: = parameter() weight=flat batch\nc: = global_average_pool(p)\noutput c\n",
        ])
    func valuesWithoutNumbers(_ lines: String) throws {
        let shapes = [("image", [1, 0, 8, 8]), ("w", [16, 0, 3, 3]), ("token", [1, 0, 16]), ("wl", [4, 16]), ("flat", [1, 4, 0, 8])]
        let entries = try shapes.map { name, shape in
            Weights.Entry(name: name, tensor: try Networks.tensor(shape, [Float](repeating: 0, count: shape.reduce(1, *))))
        }
        let weights = Weights(entries: entries, provenance: Provenance(source: "none", format: "test", stateDictPath: ""))
        let graph = try Graph(text: "input input: [batch, 3, 8, 8]\n" + lines, file: "text")
        let model = try Model(weights: weights, graph: graph, contract: Networks.contract, architecture: .custom)
        for threads in [1, 2] {
            var options = FastExecutor.Options()
            options.threads = threads
            let executor = try FastExecutor(model, options: options)
            #expect(throws: InferenceError.noNumbers(value: "p")) { try executor.run(try Networks.input([1, 3, 8, 8])) }
        }
    }
}
