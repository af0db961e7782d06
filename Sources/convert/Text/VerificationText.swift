import ConvertFiles
import ConvertIR
import ConvertJSON
import Verifier

/// A verification for people and for machines.
enum VerificationText {
    /// What was compared and found, one finding per line, without the verdict.
    /// - Parameter isVerbose: adds the table of every output's figures.
    static func lines(_ verification: Verification, isVerbose: Bool = false) -> [String] {
        if case .cannotTell(let reasons) = verification.verdict { return reasons }
        var lines = tensorLines(verification)
        lines += layerLines(verification)
        lines += (verification.contract?.differences ?? []).map { "contract: \($0.member) is \($0.export), the source's is \($0.source)" }
        if let epsilon = verification.givenEpsilon {
            lines.append("contract: ε was given as \(epsilon) for the export; the source's is only assumed, so it is taken for both")
        }
        lines += (verification.contract?.given ?? []).map {
            "contract: \($0.member) was given as \($0.export) for the export; \($0.source) is only assumed for the source"
        }
        if let numeric = verification.numeric {
            lines.append("numbers: \(numeric.images)" + (numeric.isOneRun ? ", run once for both, as they are identical bit for bit" : ""))
            lines.append("  " + numeric.summary)
            if numeric.outputs.contains(where: \.hasNonFinite) { lines.append("  NaN or infinite numbers where the source has none") }
            for output in numeric.unmatchedOutputs { lines.append("  not compared, having no counterpart: \(output)") }
            if let activity = verification.activity { lines.append("  " + text(activity)) }
            if let drift = verification.drift { lines.append("  rounding alone: \(driftText(drift))") }
            if isVerbose {
                lines +=
                    table(numeric) + (verification.drift.map { ["rounding alone:"] + table($0, isJudged: false) } ?? []).map { "  " + $0 }
            }
        }
        if let reason = verification.numericReason { lines.append("numbers: not compared, \(reason)") }
        if let blame = verification.blame {
            var text = "first differing layer: \(blame.layer) (\(blame.operation))"
            if let far = blame.relativeRMS { text += ", relative distance \(short(far)), at most \(short(blame.maxAbsolute ?? 0))" }
            lines.append(text)
            if let attributes = blame.attributes { lines.append("  \(attributes)") }
        } else if let reason = verification.blameFailure {
            lines.append("first differing layer: not found, \(reason)")
        }
        return lines
    }

    private static func tensorLines(_ verification: Verification) -> [String] {
        let tensors = verification.tensors
        if let reason = tensors.unmatchedReason { return ["tensors: not compared, \(reason); only the numeric part ran"] }
        guard tensors.differences.isEmpty else {
            var lines = ["tensors: \(tensors.differences.count) differ, \(tensors.compared) were compared"]
            lines += tensors.differences.prefix(10).map { "  \($0.name) \($0.what)" }
            if tensors.differences.count > 10 { lines.append("  and \(tensors.differences.count - 10) more") }
            return lines
        }
        var how = "bit for bit the same"
        switch tensors.relation {
        case .same: break
        case .rounded(let precision): how = "exactly the source rounded to \(precision.rawValue)"
        case .sourceRounded(let precision): how = "such that the source is exactly these, rounded to \(precision.rawValue)"
        }
        if tensors.nearlySame > 0 { how = "the same, \(tensors.nearlySame) of them but for the rounding of arithmetic on weights" }
        if tensors.isFolded { how += ", batch normalization folded likewise" }
        if tensors.matching == .graph { how += " (matched by the layers that read them)" }
        return ["tensors: \(tensors.compared) \(how)"]
    }

    private static func layerLines(_ verification: Verification) -> [String] {
        var lines: [String] = []
        if let reason = verification.layersUnmatched { lines.append("layers: could not be matched one to one: \(reason)") }
        if !verification.attributes.isEmpty {
            if let epsilon = verification.epsilons {
                lines.append(
                    "layers: the export's batch normalization has ε \(epsilon.export) throughout, the source's \(epsilon.source)"
                        + (epsilon.isAssumed ? ", which is only assumed; verify again with --epsilon \(epsilon.export) to overrule it" : "")
                )
                return lines
            }
            lines.append("layers: \(verification.attributes.count) of \(verification.layersMatched ?? 0) are written differently")
            lines += verification.attributes.prefix(10).map { "  \($0)" }
            if verification.attributes.count > 10 { lines.append("  and \(verification.attributes.count - 10) more") }
        }
        return lines
    }

    private static func text(_ activity: ChannelActivity) -> String {
        let asleep = activity.channels - activity.active
        return "channels that acted on these images: \(NumberText.fixed(activity.share * 100, 2)) %"
            + (asleep > 0 ? "; what \(asleep) of \(activity.channels) do was not seen" : "")
    }

    private static func driftText(_ drift: NumericComparison) -> String {
        let worst = drift.outputs.reduce(0) { max($0, $1.maxNormalized) }
        return drift.isEmbedding
            ? "normalized embeddings move by at most \(ScientificText.of(worst))"
            : "outputs move by at most \(ScientificText.of(worst)) of the largest number"
    }

    /// Every figure that means something for this comparison.
    private static func table(_ numeric: NumericComparison, isJudged: Bool = true) -> [String] {
        numeric.outputs.flatMap { output -> [String] in
            var parts = ["normalized \(short(output.maxNormalized))"]
            if !numeric.lengthsDiffer {
                parts += [
                    "largest difference \(short(output.maxAbsolute))", "relative \(short(output.maxRelative))",
                    "rms \(short(output.relativeRMS)) of the source's",
                ]
            }
            if numeric.isEmbedding { parts.append("least cosine \(NumberText.fixed(output.minCosine, 9))") }
            guard isJudged else { return ["  \(output.name): \(parts.joined(separator: ", "))"] }
            let least = numeric.tolerance.normalized != nil ? output.maxNormalized : output.leastAbsoluteTolerance
            return [
                "  \(output.name): \(parts.joined(separator: ", "))",
                "  \(output.name): would pass with a tolerance of at least \(short(max(least, 0)))",
            ]
        }
    }

    /// The one line that an export ends with.
    static func verdictLine(_ verification: Verification) -> String {
        guard case .same = verification.verdict else {
            return "\(verification.verdict.words): \(verification.verdict.reasons.joined(separator: "; "))"
        }
        guard let numeric = verification.numeric else {
            return "verified: the same network; \(verification.tensors.compared) tensors are bit for bit the same"
        }
        var line = "verified: the same network; "
        if numeric.isOneRun, verification.drift == nil { line += "tensors and graph are bit for bit the source's; " }
        line += numeric.summary
        if let drift = verification.drift { line += "; rounding alone: \(driftText(drift))" }
        return line
    }

    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        return ScientificText.of(value)
    }

    /// The answer if a file could not be read at all.
    static func json(cannotTell reason: String, export: String, source: String) -> String {
        JSONValue.object(
            JSONObject([
                "format_version": .integer(1), "export": .string(export), "source": .string(source), "same": .null,
                "verdict": .string(Verdict.cannotTell([]).words), "reasons": .array([.string(reason)]),
            ])
        ).text(pretty: true)
    }

    static func json(_ verification: Verification, export: String, source: String) -> String {
        JSONValue.object(object(verification, export: export, source: source)).text(pretty: true)
    }

    static func object(_ verification: Verification, export: String, source: String) -> JSONObject {
        var same = JSONValue.boolean(verification.isSame)
        if case .cannotTell = verification.verdict { same = .null }
        var root = JSONObject([
            "format_version": .integer(1), "export": .string(export), "source": .string(source), "same": same,
            "verdict": .string(verification.verdict.words), "reasons": .array(verification.verdict.reasons.map { .string($0) }),
            "tensors": .object(json(verification.tensors)),
        ])
        if let matched = verification.layersMatched {
            var layers = JSONObject([
                "matched": .integer(Int64(matched)), "differences": .array(verification.attributes.map { .string($0) }),
            ])
            if let reason = verification.layersUnmatched { layers.append("not_matched", .string(reason)) }
            root.append("layers", .object(layers))
        }
        if let contract = verification.contract {
            let differences = contract.differences.map { difference -> JSONValue in
                .object(
                    JSONObject([
                        "member": .string(difference.member), "export": .string(difference.export), "source": .string(difference.source),
                    ]))
            }
            root.append("contract", .object(JSONObject(["differences": .array(differences)])))
        }
        if let numeric = verification.numeric { root.append("numeric", .object(json(numeric, verification.activity))) }
        if let drift = verification.drift { root.append("rounding", .object(json(drift, nil))) }
        if let reason = verification.numericReason { root.append("numeric_error", .string(reason)) }
        if let blame = verification.blame {
            var object = JSONObject(["layer": .string(blame.layer), "operation": .string(blame.operation)])
            if let attributes = blame.attributes { object.append("attributes", .string(attributes)) }
            if let far = blame.relativeRMS { object.append("relative_rms", .number(far)) }
            if let largest = blame.maxAbsolute { object.append("max_absolute", .number(largest)) }
            root.append("first_departure", .object(object))
        } else if let reason = verification.blameFailure {
            root.append("first_departure_error", .string(reason))
        }
        return root
    }

    private static func json(_ tensors: TensorComparison) -> JSONObject {
        let relation: String
        switch tensors.relation {
        case .same: relation = "same"
        case .rounded(let precision): relation = precision.rawValue
        case .sourceRounded(let precision): relation = "source_\(precision.rawValue)"
        }
        var object = JSONObject([
            "compared": .integer(Int64(tensors.compared)), "matched_by": .string(tensors.matching.rawValue), "relation": .string(relation),
            "folded": .boolean(tensors.isFolded), "nearly_same": .integer(Int64(tensors.nearlySame)),
            "differences": .array(
                tensors.differences.map { .object(JSONObject(["name": .string($0.name), "what": .string($0.what)])) }),
        ])
        if let reason = tensors.unmatchedReason { object.append("not_compared", .string(reason)) }
        return object
    }

    private static func json(_ numeric: NumericComparison, _ activity: ChannelActivity?) -> JSONObject {
        var tolerance = JSONObject()
        for (name, value) in [
            ("normalized", numeric.tolerance.normalized), ("absolute", numeric.tolerance.absolute),
            ("relative", numeric.tolerance.relative),
        ] { if let value { tolerance.append(name, .number(value)) } }
        var object = JSONObject([
            "images": .string(numeric.images), "tolerance": .object(tolerance), "within": .boolean(numeric.isWithin),
            "one_run": .boolean(numeric.isOneRun), "outputs": .array(numeric.outputs.map { .object(json($0, numeric)) }),
        ])
        if !numeric.unmatchedOutputs.isEmpty {
            object.append("unmatched_outputs", .array(numeric.unmatchedOutputs.map { .string($0) }))
        }
        if let activity {
            object.append("channels", .integer(Int64(activity.channels)))
            object.append("active_channels", .integer(Int64(activity.active)))
        }
        return object
    }

    /// An output's figures; those of lengths are left out if only one side has length 1.
    private static func json(_ output: OutputFigures, _ numeric: NumericComparison) -> JSONObject {
        var object = JSONObject(["name": .string(output.name)])
        if !numeric.lengthsDiffer {
            object.append("max_absolute", .number(output.maxAbsolute))
            object.append("max_relative", .number(output.maxRelative))
            object.append("relative_rms", .number(output.relativeRMS))
            object.append("least_absolute_tolerance", .number(output.leastAbsoluteTolerance))
        }
        object.append("min_cosine", .number(output.minCosine))
        object.append("max_normalized", .number(output.maxNormalized))
        object.append("has_non_finite", .boolean(output.hasNonFinite))
        return object
    }
}
