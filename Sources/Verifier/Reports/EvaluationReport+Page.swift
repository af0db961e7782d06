import ConvertFiles

extension EvaluationReport {
    /// How many pairs of each kind the page shows.
    private static let shownPairs = 12

    /// `report.html`: a single self-contained page.
    /// - Parameter photographs: Returns an image's bytes, of which only JPEG and PNG are shown. Nil for a page without photographs.
    /// - Throws: `LFWError.plotFailed`.
    func page(photographs: ((String) -> [UInt8]?)?) throws(LFWError) -> String {
        let title =
            (evaluation.table.pairs.setName ?? (evaluation.isLFW ? "LFW" : "Not LFW")) + ": "
            + (provenance.checkpoint ?? provenance.pairsFile ?? "pair scores")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(EvaluationReport.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            \(EvaluationReport.style)
            </style>
            </head>
            <body>
            <main>
            <h1>\(HTMLText.escaped(title))</h1>
            \(verdict)
            <h2>Figures</h2>
            \(figures)
            <div class="plots">
            \(try picture(curvePlot, "ROC curve"))
            \(try picture(tradeoffPlot, "DET curve"))
            \(try picture(histogramPlot, "Histogram of pair scores"))
            \(try picture(confusionPlot, "Confusion matrix"))
            </div>
            \(groupTable)
            <h2>Folds</h2>
            \(foldTable)
            <h2>What was evaluated</h2>
            \(provenanceTable)
            <h2>Worst errors</h2>
            \(photographs == nil ? "" : EvaluationReport.photographNotice)
            <h3>Different people taken for one (false accepts)</h3>
            \(pairTable(evaluation.worst(isSame: false, limit: EvaluationReport.shownPairs), photographs))
            <h3>One person taken for two (false rejects)</h3>
            \(pairTable(evaluation.worst(isSame: true, limit: EvaluationReport.shownPairs), photographs))
            \(edges)
            </main>
            </body>
            </html>

            """
    }

    /// Nothing is fetched, run or sent, whatever a name in the page contains: only its own style and embedded pictures are shown.
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    /// Pairs that another machine may decide differently, and those that the baseline does decide differently.
    private var edges: String {
        var html =
            "<h2>Pairs at the edge</h2>\n<p>Within 1e-3 of their fold's threshold, nearest first.</p>\n"
            + pairTable(evaluation.noise.withinThousandth.prefix(EvaluationReport.listed).map(\.index), nil)
        if let comparison = judgment.comparison, let agreement = comparison.agreement {
            html +=
                "\n<h2>Pairs that changed sides against \(HTMLText.escaped(comparison.name))</h2>\n"
                + pairTable(agreement.flips.prefix(EvaluationReport.listed).map(\.index), nil)
        }
        return html
    }

    private static let photographNotice = """
        <p class="caveat">The photographs belong to their owners and are shown for research only: do not pass this page on.</p>
        """

    private var verdict: String {
        var html = ""
        if !judgment.checks.isEmpty {
            let items = judgment.checks.map { "<li>\($0.isMet ? "met" : "<b>not met</b>"): \(HTMLText.escaped($0.reason))</li>" }
            html +=
                "<p class=\"verdict \(judgment.isMet ? "met" : "unmet")\">\(judgment.isMet ? "As expected" : "Not as expected")</p>\n"
                + "<ul>\n\(items.joined(separator: "\n"))\n</ul>\n"
        } else {
            html += "<p class=\"verdict\">\(accuracyText)</p>\n"
        }
        if !evaluation.isLFW, evaluation.table.pairs.setName == nil {
            html += "<p class=\"caveat\">These are not LFW's 6,000 pairs in its ten folds: no figure here is LFW's.</p>\n"
        }
        return html + "<p class=\"caveat\">\(HTMLText.escaped(Judgment.caveat))</p>"
    }

    private var accuracyText: String {
        "\(NumberText.percent(evaluation.spread.mean)) % ± \(NumberText.percent(evaluation.spread.standardDeviation))"
    }

    private func picture(_ plot: some Plot, _ name: String) throws(LFWError) -> String {
        "<img alt=\"\(name)\" width=\"\(Int(plot.width))\" height=\"\(Int(plot.height))\" "
            + "src=\"\(HTMLText.dataAddress(try plot.svg(), type: "image/svg+xml"))\">"
    }

    private var figures: String {
        let (spread, curve, bootstrap) = (evaluation.spread, evaluation.curve, evaluation.bootstrap)
        var rows = [
            ("Accuracy", "\(accuracyText) (mean and population standard deviation over \(evaluation.folds.count) folds)"),
            ("Standard error", "\(NumberText.percent(spread.standardError)) points"),
            (
                "Bootstrap, 95 %",
                "\(NumberText.percent(bootstrap.lower, 2)) … \(NumberText.percent(bootstrap.upper, 2)) % "
                    + "(\(bootstrap.resamples) resamplings of pair outcomes, seed \(bootstrap.seed))"
            ), ("Bootstrap of people, 95 %", evaluation.peopleText),
            ("Wilson's interval, 95 %", "\(ShareInterval(evaluation.confusion.correct, of: evaluation.confusion.total).text) %"),
            ("Area under the ROC curve", "\(NumberText.fixed(curve.area, 6)) (exact, ties half)"),
            ("Equal error rate", "\(NumberText.percent(curve.equalErrorRate)) %"),
        ]
        for limit in LFWEvaluation.falseAcceptLimits {
            rows.append(
                (
                    "True accepts at a false accept rate of \(limit)",
                    "\(NumberText.percent(curve.operatingPoint(falseAcceptLimit: limit).trueAcceptRate, 2)) %"
                ))
        }
        if let rate = evaluation.validation {
            rows.append(
                (
                    "VAL at a false accept rate of \(rate.target)",
                    "\(NumberText.percent(rate.rate)) % ± \(NumberText.percent(rate.standardDeviation)), with "
                        + "\(NumberText.percent(rate.falseAcceptRate)) % of different people accepted"
                ))
        }
        rows += errorRows
        rows += [
            (
                "Best threshold over all pairs",
                "\(NumberText.percent(evaluation.globalBest.accuracy)) % at \(evaluation.globalBest.threshold): optimistic, chosen on the "
                    + "very pairs it is measured on"
            ),
            ("Noise budget", evaluation.noise.summary),
            ("Protocol", "\(evaluation.protocolRule.rawValue): \(evaluation.protocolRule.rule)"),
        ]
        if let comparison = judgment.comparison, let agreement = comparison.agreement {
            rows.append(
                (
                    "Against \(comparison.name)",
                    "\(agreement.flips.count) pairs changed sides, scores differ by at most \(agreement.largestDrift), McNemar's exact p "
                        + NumberText.fixed(agreement.mcNemar.pValue, 4)
                ))
        }
        return table(rows.map { [$0.0, $0.1] }, header: nil)
    }

    private var groupTable: String {
        guard let groups else { return "" }
        let rows = groups.rows.map { row in
            [
                row.name ?? "all pairs", "\(row.differentCount)", row.falseMatchRate.map { NumberText.percent($0) } ?? "none",
                row.falseMatchInterval.text, "\(row.sameCount)", row.falseNonMatchRate.map { NumberText.percent($0) } ?? "none",
                row.falseNonMatchInterval.text,
            ]
        }
        return "<h2>Groups</h2>\n<p>\(HTMLText.escaped(groups.rule(unit: evaluation.protocolRule.thresholdUnit)))</p>\n"
            + table(
                rows,
                header: ["Group", "Pairs of different people", "FMR %", "95 %", "Pairs of one person", "FNMR %", "95 %"])
    }

    private var foldTable: String {
        let rows = evaluation.folds.map { fold in
            let confusion = fold.confusion
            return ["\(fold.number)", NumberText.percent(confusion.accuracy), "\(fold.threshold)"]
                + [confusion.truePositive, confusion.falsePositive, confusion.trueNegative, confusion.falseNegative].map(String.init)
        }
        let unit = evaluation.protocolRule.thresholdUnit
        return table(rows, header: ["Fold", "Accuracy %", "Threshold (\(unit))", "TP", "FP", "TN", "FN"])
    }

    private var provenanceTable: String {
        let pairs = evaluation.table.pairs
        var rows: [[String]] = []
        func add(_ name: String, _ value: String?) { if let value { rows.append([name, value]) } }
        add("Model", provenance.checkpoint)
        add("SHA-256", provenance.modelDigest)
        add("Network", provenance.backbone)
        add("Preprocessing", provenance.preprocess)
        add("Margin", provenance.mtcnnMargin.map(String.init))
        add("Image size", provenance.imageSize.map { $0.height == $0.width ? "\($0.height)" : "\($0)" })
        add("Flip averaged", provenance.ttaFlip.map { $0 ? "yes" : "no" })
        add("Device", provenance.device)
        add("Images", provenance.lfwRoot)
        add("Pairs", provenance.pairsFile)
        add("Form of the list", pairs.form)
        add("Pairs counted", "\(pairs.pairs.count) of \(pairs.uniqueImages.count) images")
        if pairs.droppedCount > 0 { add("Pairs dropped, an image missing", "\(pairs.droppedCount)") }
        add("Faces found", provenance.successRate.map { "\(NumberText.percent($0)) %" })
        if let missed = provenance.missedImages, !missed.isEmpty {
            add("No face found in", missed.prefix(EvaluationReport.listed).joined(separator: ", "))
        }
        for note in provenance.notes { add(note.name, note.value) }
        return table(rows, header: nil)
    }

    private func pairTable(_ indices: [Int], _ photographs: ((String) -> [UInt8]?)?) -> String {
        guard !indices.isEmpty else { return "<p>None.</p>" }
        let pairs = evaluation.table.pairs
        var html = "<table>\n<tr><th>First</th><th>Second</th><th>Fold</th><th>Score</th><th>Above the threshold</th></tr>\n"
        for index in indices {
            let pair = pairs.pairs[index]
            let cells = [pair.imageA, pair.imageB].map { path in
                let image = photographs.map { $0(path).flatMap { EvaluationReport.photograph($0) } ?? "(no JPEG or PNG) " } ?? ""
                return "<td>\(image)\(HTMLText.escaped(path))</td>"
            }
            html +=
                "<tr>\(cells.joined())<td class=\"number\">\(pairs.folds.ofPair[index] + 1)</td>"
                + "<td class=\"number\">\(NumberText.fixed(Double(evaluation.table.scores[index]), 6))</td>"
                + "<td class=\"number\">\(NumberText.fixed(evaluation.margins[index], 6))</td></tr>\n"
        }
        return html + "</table>"
    }

    /// An `img` element if these bytes are a JPEG or PNG; no other files below the images' folder get into the page.
    private static func photograph(_ bytes: [UInt8]) -> String? {
        let type: String
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            type = "image/jpeg"
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            type = "image/png"
        } else {
            return nil
        }
        return "<img class=\"photo\" alt=\"\" src=\"\(HTMLText.dataAddress(bytes, type: type))\">"
    }

    private func table(_ rows: [[String]], header: [String]?) -> String {
        var html = "<table>\n"
        if let header { html += "<tr>\(header.map { "<th>\(HTMLText.escaped($0))</th>" }.joined())</tr>\n" }
        for row in rows { html += "<tr>\(row.map { "<td>\(HTMLText.escaped($0))</td>" }.joined())</tr>\n" }
        return html + "</table>"
    }

    private static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; color: #212129; background: #f5f6f8; margin: 0; }
        main { max-width: 1000px; margin: 2em auto; padding: 1em 2.5em 2em; background: #fff; border: 1px solid #dcdee3; }
        h1 { font-size: 1.5em; overflow-wrap: anywhere; } h2 { font-size: 1.2em; margin-top: 2em; } h3 { font-size: 1em; }
        .verdict { font-size: 1.3em; font-weight: 600; } .met { color: #17632e; } .unmet { color: #a01c1c; }
        .caveat { border-left: 4px solid #e67d21; padding-left: .8em; }
        .plots { display: flex; flex-wrap: wrap; gap: 1em; } .plots img { max-width: 100%; height: auto; }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .25em .9em .25em 0; border-bottom: 1px solid #e6e8ec;
          font-variant-numeric: tabular-nums; overflow-wrap: anywhere; vertical-align: top; }
        th { overflow-wrap: normal; } .number { white-space: nowrap; }
        .photo { display: block; width: 125px; height: auto; }
        """
}
