import ConvertFiles

/// `leaderboard.html`, and the plots of all models together.
extension Leaderboard {
    /// Pairs of one model that the page lists.
    private static let shownPairs = 12

    /// Plots that show all models; `ReportPlot`'s others are of one model.
    static let plots: [ReportPlot] = [.curve, .logCurve, .tradeoff]

    /// One of the plots; nil for those of one model.
    func plot(_ kind: ReportPlot) -> (any Plot)? {
        guard let first = entries.first?.evaluation else { return nil }
        let curves = entries.enumerated().map {
            PlottedCurve(name: PathText.shown($1.name), curve: $1.evaluation.curve, index: $0)
        }
        let subtitle = "\(entries.count) models, \(NumberText.grouped(first.table.pairs.pairs.count)) pairs, \(pairsName)"
        return switch kind {
        case .curve: CurvePlot(curves: curves, title: "ROC", subtitle: subtitle)
        case .logCurve: LogCurvePlot(curves: curves, title: "ROC, logarithmic", subtitle: subtitle)
        case .tradeoff: TradeoffPlot(curves: curves, title: "DET", subtitle: subtitle)
        case .histogram, .confusion: nil
        }
    }

    /// What the pairs are.
    package var pairsName: String { entries.first?.evaluation.isLFW == true ? "LFW" : "Not LFW" }

    /// A single self-contained page; links lead to the models' own reports in the folders beside it.
    /// - Throws: `LFWError.plotFailed`.
    func page() throws(LFWError) -> String {
        var body = "\(verdict)\n<h2>Models</h2>\n\(table)\n"
        body += try HTMLPage.plots(Leaderboard.plots.compactMap(plot))
        if !failures.isEmpty {
            body += "\n<h2>Models without figures</h2>\n" + HTMLTable.facts(failures.map { ($0.name, .text($0.reason)) })
        }
        body += differences
        if let wrongAlone {
            body += "\n<h2>Pairs that one model alone gets wrong</h2>"
            if wrongAlone.allSatisfy(\.isEmpty) { body += "\n<p>None.</p>" }
            for (place, entry) in entries.enumerated() where !wrongAlone[place].isEmpty {
                let rows = PairRows(evaluation: entry.evaluation, photographs: nil)
                body +=
                    "\n<h3>\(HTMLText.breakable(entry.name)): \(NumberText.grouped(wrongAlone[place].count))</h3>\n"
                    + rows.wrong(wrongAlone[place], limit: Leaderboard.shownPairs)
            }
        }
        return HTMLPage.document(title: "\(pairsName): \(entries.count) models", body: body)
    }

    private var verdict: String {
        var html = ""
        for entry in entries where !entry.judgment.checks.isEmpty {
            let checks = entry.judgment.checks.map(\.reason).joined(separator: "; ")
            html +=
                "<p class=\"\(entry.judgment.isMet ? "met" : "unmet")\">\(entry.judgment.isMet ? "As expected" : "Not as expected"): "
                + "\(HTMLText.breakable(entry.name)), \(HTMLText.unbrokenNumbers(checks))</p>\n"
        }
        if entries.first?.evaluation.isLFW == false {
            html += "<p class=\"caveat\">These are not LFW's 6,000 pairs in its ten folds: no figure here is LFW's.</p>\n"
        }
        return html + "<p class=\"caveat\">\(HTMLText.escaped(Judgment.caveat))</p>"
    }

    private var table: String {
        let figures = figures
        let header =
            ["", "Model", "Network"] + figures.map(\.heading) + ["File", "Parameters"] + (showsSpeed ? ["Images/s on one core"] : [])
            + (wrongAlone == nil ? [] : ["Wrong alone"])
        let ranks = ranks
        let rows = entries.enumerated().map { place, entry -> [HTMLTable.Cell] in
            var cells: [HTMLTable.Cell] = [.number("\(ranks[place])"), .markup(link(entry)), .text(entry.network)]
            cells += figures.map { .number($0.text(entry.evaluation)) }
            cells += [.number(NumberText.bytes(entry.byteCount)), .number(NumberText.grouped(entry.parameterCount))]
            if showsSpeed { cells.append(.number(entry.speed?.imagesPerSecond.map { NumberText.short($0) } ?? "cached")) }
            if let wrongAlone { cells.append(.number(NumberText.grouped(wrongAlone[place].count))) }
            return cells
        }
        return HTMLTable.columns(header, rows)
    }

    private func link(_ entry: Entry) -> String {
        let name = HTMLText.breakable(entry.name)
        guard let folder = entry.folder else { return name }
        return "<a href=\"\(HTMLText.address(folder))/report.html\">\(name)</a>"
    }

    /// How each model differs from the first.
    private var differences: String {
        guard let first = entries.first, againstFirst.contains(where: { $0 != nil }) else { return "" }
        let rows = zip(entries, againstFirst).compactMap { entry, against -> [HTMLTable.Cell]? in
            guard let against else { return nil }
            return [
                .long(entry.name), .number(NumberText.signed(against.difference.value * 100, 4)),
                .number(
                    "\(NumberText.signed(against.difference.lower * 100, 4)) … \(NumberText.signed(against.difference.upper * 100, 4))"),
                .number("\(against.mcNemar.onlyFirst)"), .number("\(against.mcNemar.onlySecond)"),
                .number(NumberText.short(against.mcNemar.pValue)),
            ]
        }
        return "\n<h2>Against the first, \(HTMLText.breakable(first.name))</h2>\n"
            + HTMLTable.columns(["Model", "Accuracy, points", "95 %", "Right only here", "Right only there", "McNemar's exact p"], rows)
    }
}
