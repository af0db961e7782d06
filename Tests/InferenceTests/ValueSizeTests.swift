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
}
