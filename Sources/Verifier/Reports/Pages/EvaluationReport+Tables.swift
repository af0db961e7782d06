import ConvertFiles

/// Tables of the page.
extension EvaluationReport {
    /// Mean accuracy and its deviation.
    var accuracyText: String {
        "\(NumberText.percent(evaluation.spread.mean)) % ± \(NumberText.percent(evaluation.spread.standardDeviation))"
    }

    /// A threshold for people; files for machines have all its digits.
    static func shortThreshold(_ threshold: Double) -> String { threshold.isFinite ? NumberText.fixed(threshold, 4) : "none" }

    /// All figures.
    var figures: String {
        let (spread, curve, bootstrap) = (evaluation.spread, evaluation.curve, evaluation.bootstrap)
        var rows: [(String, String)] = [
            ("Accuracy", "\(accuracyText) (mean and population standard deviation over \(evaluation.folds.count) folds)"),
            ("Standard error", "\(NumberText.percent(spread.standardError)) points"),
            (
                "Bootstrap, 95 %",
                "\(NumberText.percent(bootstrap.lower, 2)) … \(NumberText.percent(bootstrap.upper, 2)) % "
                    + "(\(NumberText.grouped(bootstrap.resamples)) resamplings of pair outcomes, seed \(bootstrap.seed))"
            ), ("Bootstrap of people, 95 %", evaluation.peopleText),
            ("Wilson's interval, 95 %", "\(ShareInterval(evaluation.confusion.correct, of: evaluation.confusion.total).text) %"),
            ("Area under the ROC curve", "\(NumberText.fixed(curve.area, 6)) (exact, ties half)"),
            ("Equal error rate", "\(NumberText.percent(curve.equalErrorRate)) %"),
        ]
        for limit in LFWEvaluation.falseAcceptLimits {
            rows.append(
                (
                    "True accepts at FAR \(limit)",
                    "\(NumberText.percent(curve.operatingPoint(falseAcceptLimit: limit).trueAcceptRate, 2)) %"
                ))
        }
        if let rate = evaluation.validation {
            rows.append(
                (
                    "VAL at FAR \(rate.target)",
                    "\(NumberText.percent(rate.rate)) % ± \(NumberText.percent(rate.standardDeviation)), with "
                        + "\(NumberText.percent(rate.falseAcceptRate)) % of different people accepted"
                ))
        }
        rows += errorRows
        rows += [
            (
                "Best threshold over all pairs",
                "\(NumberText.percent(evaluation.globalBest.accuracy)) % at "
                    + "\(EvaluationReport.shortThreshold(evaluation.globalBest.threshold)): optimistic, chosen on the very pairs it is "
                    + "measured on"
            ),
            ("Noise budget", evaluation.noise.summary),
            ("Protocol", "\(evaluation.protocolRule.rawValue): \(evaluation.protocolRule.rule)"),
        ]
        if let comparison = judgment.comparison, let agreement = comparison.agreement {
            rows.append(
                (
                    "Against \(comparison.name)",
                    "\(agreement.flips.count) pairs changed sides, scores differ by at most \(NumberText.short(agreement.largestDrift)), "
                        + "McNemar's exact p \(NumberText.short(agreement.mcNemar.pValue)); right only here "
                        + "\(agreement.mcNemar.onlyFirst), only there \(agreement.mcNemar.onlySecond)"
                ))
        }
        return HTMLTable.facts(rows.map { ($0.0, .text($0.1)) })
    }

    /// The figures of both models; empty if there is only one.
    var sideBySide: String {
        guard let other else { return "" }
        let rows = ComparedFigure.all(for: evaluation).map { figure in
            [.text(figure.heading), .number(figure.text(evaluation)), .number(figure.text(other.evaluation))] as [HTMLTable.Cell]
        }
        return "<h2>Side by side</h2>\n" + HTMLTable.columns(["Figure", modelName, other.name], rows)
    }

    /// Rates of each group; empty if nothing divides the pairs.
    var groupTable: String {
        guard let groups else { return "" }
        let rows = groups.rows.map { row -> [HTMLTable.Cell] in
            [
                .text(row.name ?? "all pairs"), .number(NumberText.grouped(row.differentCount)),
                .number(row.falseMatchRate.map { NumberText.percent($0) } ?? "none"), .number(row.falseMatchInterval.text),
                .number(NumberText.grouped(row.sameCount)), .number(row.falseNonMatchRate.map { NumberText.percent($0) } ?? "none"),
                .number(row.falseNonMatchInterval.text),
            ]
        }
        return "<h2>Groups</h2>\n<p>\(HTMLText.escaped(groups.rule(unit: evaluation.protocolRule.thresholdUnit)))</p>\n"
            + HTMLTable.columns(["Group", "Pairs of different people", "FMR %", "95 %", "Pairs of one person", "FNMR %", "95 %"], rows)
    }

    /// Every fold's decisions.
    var foldTable: String {
        let rows = evaluation.folds.map { fold in
            let confusion = fold.confusion
            return
                (["\(fold.number)", NumberText.percent(confusion.accuracy), EvaluationReport.shortThreshold(fold.threshold)]
                + [confusion.truePositive, confusion.falsePositive, confusion.trueNegative, confusion.falseNegative]
                .map(NumberText.grouped)).map(HTMLTable.Cell.number)
        }
        return HTMLTable.columns(
            ["Fold", "Accuracy %", "Threshold (\(evaluation.protocolRule.thresholdUnit))", "TP", "FP", "TN", "FN"], rows)
    }

    /// The network, the pictures and the settings.
    var provenanceTable: String {
        let pairs = evaluation.table.pairs
        var rows: [(String, HTMLTable.Cell)] = []
        func add(_ name: String, _ value: String?) { if let value { rows.append((name, .text(value))) } }
        func addLong(_ name: String, _ value: String?) { if let value { rows.append((name, .long(value))) } }
        addLong("Model", provenance.checkpoint)
        addLong("SHA-256 of the model", provenance.modelDigest)
        add("Network", provenance.backbone)
        add("Crops", provenance.preprocess)
        add("Margin of MTCNN's box", provenance.mtcnnMargin.map { "\($0) pixels" })
        add("Image size", provenance.imageSize.map { "\($0)" })
        add("Mirror images used", provenance.ttaFlip.map { $0 ? "yes" : "no" })
        add("Device", provenance.device)
        addLong("Folder of pictures", provenance.lfwRoot)
        addLong("List of pairs", provenance.pairsFile)
        add("Form of the list", pairs.form)
        add("Pairs", NumberText.grouped(pairs.pairs.count))
        if pairs.droppedCount > 0 { add("Pairs dropped, an image missing", NumberText.grouped(pairs.droppedCount)) }
        add("Different images", NumberText.grouped(pairs.uniqueImages.count))
        add("Faces found in", provenance.successRate.map { "\(NumberText.percent($0)) % of the images" })
        if let missed = provenance.missedImages, !missed.isEmpty {
            addLong("No face found in", missed.prefix(EvaluationReport.listed).joined(separator: ", "))
        }
        for note in provenance.notes { addLong(note.label, note.value) }
        if let speed = provenance.speed { add("Time", speed.text) }
        return HTMLTable.facts(rows.map { (name: $0.0, value: $0.1) })
    }
}
