import ConvertFiles
import ConvertIR
import ConvertJSON
import PthReader

/// Parts that the JSON results of several commands share.
enum ResultJSON {
    /// Which dictionary the weights were taken from.
    static func stateDict(_ selection: StateDictSelection) -> JSONValue {
        .object(
            JSONObject([
                "path": .string(selection.path), "reason": .string(selection.reason),
                "candidates": .array(selection.candidates.map { .string($0) }),
                "not_tensors": .array(
                    selection.nonTensors.map { .object(JSONObject(["name": .string($0.name), "kind": .string($0.kind)])) }),
                "dequantized": .array(selection.dequantizedNames.map { .string($0) }),
            ]))
    }

    /// Names that share one tensor.
    static func shared(_ weights: Weights) -> JSONValue {
        .array(weights.aliases.map { .object(JSONObject(["name": .string($0.name), "of": .string($0.of)])) })
    }

    /// Pictures that could not be used, and why.
    static func failures(_ failures: [(path: String, reason: String)]) -> JSONValue {
        .array(failures.map { .object(JSONObject(["image": .string($0.path), "error": .string($0.reason)])) })
    }
}
