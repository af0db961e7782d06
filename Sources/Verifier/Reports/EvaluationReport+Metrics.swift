import ConvertJSON

extension EvaluationReport {
    /// `metrics.json`: the reference project's keys in its order, then ours. Fractions of 1 throughout.
    package var metrics: JSONObject {
        let pairs = evaluation.table.pairs
        let same = pairs.pairs.count { $0.isSame }
        let confusion = evaluation.confusion
        var root = JSONObject([
            "model": text(provenance.model), "backbone": text(provenance.backbone), "checkpoint": text(provenance.checkpoint),
            "preprocess": text(provenance.preprocess), "mtcnn_margin": whole(provenance.mtcnnMargin),
            "tta_flip": provenance.ttaFlip.map { .boolean($0) } ?? .null, "image_size": provenance.imageSize?.json ?? .null,
            "device": text(provenance.device), "lfw_root": text(provenance.lfwRoot), "pairs_file": text(provenance.pairsFile),
            "num_pairs": whole(pairs.pairs.count), "num_positive_pairs": whole(same),
            "num_negative_pairs": whole(pairs.pairs.count - same), "num_unique_images": whole(pairs.uniqueImages.count),
            "mtcnn_or_resize_success_rate": number(provenance.successRate),
            "ten_fold_accuracy_mean": .number(evaluation.spread.mean),
            "ten_fold_accuracy_std": .number(evaluation.spread.standardDeviation),
            "ten_fold_accuracies": .array(evaluation.folds.map { .number($0.confusion.accuracy) }),
            "global_best_threshold": .number(evaluation.globalBest.threshold),
            "global_best_accuracy": .number(evaluation.globalBest.accuracy), "roc_auc": .number(evaluation.curve.area),
            "confusion_matrix_10_fold": .array([
                .array([whole(confusion.trueNegative), whole(confusion.falsePositive)]),
                .array([whole(confusion.falseNegative), whole(confusion.truePositive)]),
            ]), "model_artifact": text(provenance.checkpoint),
        ])
        for member in furtherFigures.members { root.append(member.key, member.value) }
        return root
    }

    /// Figures that the reference project's file does not have.
    private var furtherFigures: JSONObject {
        let curve = evaluation.curve
        var object = JSONObject([
            "protocol": .string(evaluation.protocolRule.rawValue), "threshold_unit": .string(evaluation.protocolRule.thresholdUnit),
            "is_lfw": .boolean(evaluation.isLFW), "num_folds": whole(evaluation.folds.count),
            "pairs_form": text(evaluation.table.pairs.form),
            "num_dropped_pairs": whole(evaluation.table.pairs.droppedCount),
            "fold_thresholds": .array(evaluation.folds.map { .number($0.threshold) }),
            "ten_fold_accuracy_standard_error": .number(evaluation.spread.standardError),
            "bootstrap_95": .object(
                JSONObject([
                    "lower": .number(evaluation.bootstrap.lower), "upper": .number(evaluation.bootstrap.upper),
                    "resamples": whole(evaluation.bootstrap.resamples), "seed": .unsigned(evaluation.bootstrap.seed),
                    "of": .string("pair outcomes at their fold's threshold"),
                ])), "roc_auc_definition": .string("exact over all pairs, ties half (Mann-Whitney)"),
            "bootstrap_people_95": peopleInterval, "roc_auc_doubled_wins": whole(curve.doubledWins),
            "equal_error_rate": .number(curve.equalErrorRate),
            "accuracy_wilson_95": ends(ShareInterval(evaluation.confusion.correct, of: evaluation.confusion.total)),
            "tar_at_far": trueAccepts, "error_rates": errorRates, "threshold_at_fmr": thresholdAtRate,
            "det": tradeoff, "group_rates": groupRates,
            "val_at_far": evaluation.validation.map { .object(validation($0)) } ?? .null,
            "noise_budget": .object(
                JSONObject([
                    "pairs_within_1e-3": whole(evaluation.noise.withinThousandth.count),
                    "pairs_within_1e-5": whole(evaluation.noise.withinHundredThousandth.count),
                    "nearest": .array(evaluation.noise.withinThousandth.prefix(EvaluationReport.listed).map { near($0) }),
                ])),
        ])
        if let missed = provenance.missedImages {
            object.append("num_faces_missed", whole(missed.count))
            object.append("faces_missed", .array(missed.map { .string($0) }))
        }
        object.append("model_sha256", text(provenance.modelDigest))
        var notes = JSONObject()
        for note in provenance.notes { notes.append(note.name, .string(note.value)) }
        if !notes.members.isEmpty { object.append("settings", .object(notes)) }
        if let speed = provenance.speed {
            object.append(
                "timing",
                .object(
                    JSONObject([
                        "elapsed_seconds": .number(speed.elapsed), "images": whole(speed.images), "images_computed": whole(speed.computed),
                        "network_seconds": .number(speed.networkSeconds), "network_images_per_second": number(speed.imagesPerSecond),
                    ])))
        }
        if !judgment.checks.isEmpty || judgment.comparison != nil { object.append("judgement", .object(judged)) }
        object.append("caveat", .string(Judgment.caveat))
        return object
    }

    private func validation(_ rate: ValidationRate) -> JSONObject {
        JSONObject([
            "far": .number(rate.target), "val_mean": .number(rate.rate), "val_std": .number(rate.standardDeviation),
            "far_mean": .number(rate.falseAcceptRate), "fold_distances": .array(rate.thresholds.map { .number($0) }),
        ])
    }

    /// The most entries in a list of pairs.
    static let listed = 50

    private var judged: JSONObject {
        var object = JSONObject([
            "met": .boolean(judgment.isMet),
            "checks": .array(
                judgment.checks.map { .object(JSONObject(["met": .boolean($0.isMet), "reason": .string($0.reason)])) }),
        ])
        if let comparison = judgment.comparison { object.append("baseline", .object(compared(comparison))) }
        return object
    }

    private func compared(_ comparison: BaselineComparison) -> JSONObject {
        let figures = comparison.figures
        var object = JSONObject([
            "name": .string(comparison.name), "ten_fold_accuracy_mean": number(figures.accuracy),
            "ten_fold_accuracy_std": number(figures.standardDeviation), "roc_auc": number(figures.area),
        ])
        if let other = comparison.evaluation {
            for figure in ComparedFigure.all(for: evaluation) where object[figure.key] == nil {
                object.append(figure.key, .number(figure.value(other)))
            }
        }
        if let rounded = comparison.rounded {
            object.append(
                "rounded",
                .object(
                    JSONObject([
                        "model": .string(rounded.narrow.name), "weights": .string(rounded.narrow.weights),
                        "other_model": .string(rounded.wide.name), "other_weights": .string(rounded.wide.weights),
                    ])))
        }
        if let margin = figures.margin { object.append("mtcnn_margin", whole(margin)) }
        if let agreement = comparison.agreement {
            for member in EvaluationReport.agreement(agreement, over: evaluation.table.pairs).members {
                object.append(member.key, member.value)
            }
        }
        return object
    }

    /// How two sets of scores agree.
    package static func agreement(_ agreement: ModelAgreement, over pairs: PairList) -> JSONObject {
        let drift = agreement.largestDriftIndex
        return JSONObject([
            "changed_scores": whole(agreement.changedScores), "largest_drift": .number(agreement.largestDrift),
            "largest_drift_pair": pair(drift, pairs), "mean_drift": .number(agreement.meanDrift),
            "flipped_pairs": whole(agreement.flips.count), "right_only_here": whole(agreement.mcNemar.onlyFirst),
            "right_only_there": whole(agreement.mcNemar.onlySecond), "mcnemar_p": .number(agreement.mcNemar.pValue),
            "accuracy_difference": .number(agreement.difference.value),
            "accuracy_difference_95": .array([.number(agreement.difference.lower), .number(agreement.difference.upper)]),
            "flips": .array(
                agreement.flips.prefix(listed).map { flip in
                    .object(
                        JSONObject([
                            "pair": pair(flip.index, pairs), "score": .number(Double(flip.score)),
                            "baseline_score": .number(Double(flip.otherScore)), "accepted": .boolean(flip.isAccepted),
                        ]))
                }),
        ])
    }

    private func near(_ near: NoiseBudget.NearPair) -> JSONValue {
        .object(
            JSONObject([
                "pair": EvaluationReport.pair(near.index, evaluation.table.pairs), "margin": .number(near.margin),
                "fold": whole(evaluation.table.pairs.folds.ofPair[near.index] + 1),
            ]))
    }

    private static func pair(_ index: Int, _ list: PairList) -> JSONValue {
        guard list.pairs.indices.contains(index) else { return .null }
        return .array([.string(list.pairs[index].imageA), .string(list.pairs[index].imageB)])
    }
}

private func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
private func whole(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
private func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
