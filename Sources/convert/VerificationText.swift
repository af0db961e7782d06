import Files
import IR
import JSON
import Verifier

/// A verification for people and for machines.
enum VerificationText {
    static func lines(_ verification: Verification) -> [String] {
        var lines: [String] = []
        let tensors = verification.tensors
        if let reason = tensors.unmatchedReason {
            lines.append("tensors: not compared, \(reason); only the numeric part ran")
        } else if tensors.differences.isEmpty {
            var how = "bit for bit the same"
            if case .rounded(let precision) = tensors.relation { how = "exactly the source rounded to \(precision.rawValue)" }
            if tensors.isFolded { how += ", batch normalisation folded likewise" }
            lines.append("tensors: \(tensors.compared) \(how)")
        } else {
            lines.append("tensors: \(tensors.differences.count) differ, \(tensors.compared) were compared")
            lines += tensors.differences.prefix(10).map { "  \($0.name) \($0.what)" }
            if tensors.differences.count > 10 { lines.append("  and \(tensors.differences.count - 10) more") }
        }
        if let numeric = verification.numeric {
            lines.append("numbers: \(numeric.images), \(allowed(numeric.tolerance))")
            for output in numeric.outputs {
                lines.append(
                    "  \(output.name): largest difference \(short(output.maxAbsolute)), relative \(short(output.maxRelative)), rms "
                        + "\(short(output.relativeRMS)) of the source's, least cosine \(NumberText.fixed(output.minCosine, 9)), normalised "
                        + short(output.maxNormalized))
                let least = numeric.tolerance.normalized != nil ? output.maxNormalized : output.leastAbsoluteTolerance
                lines.append(
                    "  \(output.name): would pass from a tolerance of \(short(max(least, 0))) on"
                        + (output.hasNonFinite ? "; NaN or infinite where the source is not" : ""))
            }
        } else if let reason = verification.numericReason {
            lines.append("numbers: not compared, \(reason)")
        }
        if let failure = verification.numericFailure { lines.append("numbers: \(failure)") }
        if let blame = verification.blame {
            var text = "first layer that departs: \(blame.layer) (\(blame.operation))"
            if let far = blame.relativeRMS { text += ", relative distance \(short(far)), at most \(short(blame.maxAbsolute ?? 0))" }
            lines.append(text)
            if let attributes = blame.attributes { lines.append("  \(attributes)") }
        } else if verification.numeric?.isWithin == false {
            lines.append("no layer that both have by name departs")
        }
        return lines
    }

    private static func allowed(_ tolerance: NumericComparison.Tolerance) -> String {
        if let normalized = tolerance.normalized { return "\(short(normalized)) allowed on normalised outputs" }
        return "\(short(tolerance.absolute ?? 0)) + \(short(tolerance.relative ?? 0)) of the source allowed"
    }

    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        return NumberText.short(value)
    }

    static func json(_ verification: Verification, export: String, source: String) -> String {
        JSONValue.object(object(verification, export: export, source: source)).text(pretty: true)
    }

    static func object(_ verification: Verification, export: String, source: String) -> JSONObject {
        let tensors = verification.tensors
        var relation = "same"
        if case .rounded(let precision) = tensors.relation { relation = precision.rawValue }
        var tensorObject = JSONObject([
            "compared": .integer(Int64(tensors.compared)), "relation": .string(relation), "folded": .boolean(tensors.isFolded),
            "differences": .array(
                tensors.differences.map { .object(JSONObject(["name": .string($0.name), "what": .string($0.what)])) }),
        ])
        if let reason = tensors.unmatchedReason { tensorObject.append("not_compared", .string(reason)) }
        var root = JSONObject([
            "format_version": .integer(1), "export": .string(export), "source": .string(source), "same": .boolean(verification.isSame),
            "tensors": .object(tensorObject),
        ])
        if let numeric = verification.numeric {
            var tolerance = JSONObject()
            for (name, value) in [
                ("normalized", numeric.tolerance.normalized), ("absolute", numeric.tolerance.absolute),
                ("relative", numeric.tolerance.relative),
            ] { if let value { tolerance.append(name, .number(value)) } }
            root.append(
                "numeric",
                .object(
                    JSONObject([
                        "images": .string(numeric.images), "tolerance": .object(tolerance), "within": .boolean(numeric.isWithin),
                        "outputs": .array(numeric.outputs.map { .object(json($0)) }),
                    ])))
        }
        if let reason = verification.numericReason ?? verification.numericFailure { root.append("numeric_error", .string(reason)) }
        if let blame = verification.blame {
            var object = JSONObject(["layer": .string(blame.layer), "operation": .string(blame.operation)])
            if let attributes = blame.attributes { object.append("attributes", .string(attributes)) }
            if let far = blame.relativeRMS { object.append("relative_rms", .number(far)) }
            if let largest = blame.maxAbsolute { object.append("max_absolute", .number(largest)) }
            root.append("first_departure", .object(object))
        }
        return root
    }

    private static func json(_ output: OutputFigures) -> JSONObject {
        JSONObject([
            "name": .string(output.name), "max_absolute": .number(output.maxAbsolute), "max_relative": .number(output.maxRelative),
            "relative_rms": .number(output.relativeRMS), "min_cosine": .number(output.minCosine),
            "max_normalized": .number(output.maxNormalized), "least_absolute_tolerance": .number(output.leastAbsoluteTolerance),
            "has_non_finite": .boolean(output.hasNonFinite),
        ])
    }
}
