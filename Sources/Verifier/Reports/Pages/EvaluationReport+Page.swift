import ConvertFiles

/// `report.html`.
extension EvaluationReport {
    /// How many pairs of each kind the page shows.
    private static let shownPairs = 12

    /// A single self-contained page.
    /// - Parameter photographs: Returns an image's bytes, of which only JPEG and PNG are shown. Nil for a page without photographs.
    /// - Throws: `LFWError.plotFailed`.
    func page(photographs: ((String) -> [UInt8]?)?) throws(LFWError) -> String {
        let pairs = PairRows(evaluation: evaluation, photographs: photographs)
        let body = """
            \(verdict)
            \(sideBySide)
            <h2>Figures</h2>
            \(figures)
            \(try HTMLPage.plots(ReportPlot.allCases.map(plot)))
            \(groupTable)
            <h2>Folds</h2>
            \(foldTable)
            <h2>What was evaluated</h2>
            \(provenanceTable)
            <h2>Worst errors</h2>
            \(photographs == nil ? "" : EvaluationReport.photographNotice)
            <h3>Different people judged the same (false accepts)</h3>
            \(pairs.falseAccepts(limit: EvaluationReport.shownPairs))
            <h3>Same person judged different (false rejects)</h3>
            \(pairs.falseRejects(limit: EvaluationReport.shownPairs))
            \(edges)
            """
        return HTMLPage.document(title: "\(name): \(modelName)", body: body)
    }

    /// Pairs that another machine may decide differently, and those that the baseline does decide differently.
    private var edges: String {
        let pairs = PairRows(evaluation: evaluation, photographs: nil)
        var html =
            "<h2>Pairs at the edge</h2>\n<p>Within 1e-3 of their fold's threshold, nearest first.</p>\n"
            + pairs.nearThreshold(limit: EvaluationReport.listed)
        if let comparison = judgment.comparison, let agreement = comparison.agreement {
            html +=
                "\n<h2>Pairs that changed sides against \(HTMLText.escaped(comparison.name))</h2>\n"
                + pairs.changedSides(agreement, against: comparison.name, limit: EvaluationReport.listed)
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
                "<p class=\"verdict \(judgment.isMet ? "met" : "unmet")\">\(HTMLText.escaped(judgment.headline))</p>\n"
                + "<ul>\n\(items.joined(separator: "\n"))\n</ul>\n"
        } else {
            html += "<p class=\"verdict\">\(accuracyText)</p>\n"
        }
        if !evaluation.isLFW, evaluation.table.pairs.setName == nil {
            html += "<p class=\"caveat\">These are not LFW's 6,000 pairs in its ten folds: no figure here is LFW's.</p>\n"
        }
        return html + "<p class=\"caveat\">\(HTMLText.escaped(Judgment.caveat))</p>"
    }
}
