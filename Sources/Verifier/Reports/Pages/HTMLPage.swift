/// A self-contained page: nothing is fetched, run or sent, whatever a name in it contains. It is light or dark as the reader's screen is,
/// light on paper, and can be read on a phone.
enum HTMLPage {
    /// Only the page's own style and embedded pictures are shown.
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    /// The page.
    /// - Parameters:
    ///   - title: text.
    ///   - body: markup, made of escaped text.
    static func document(title: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTMLText.escaped(title))</title>
        <style>
        \(MarkupCanvas.style)
        \(style)
        </style>
        </head>
        <body>
        <main>
        <h1>\(HTMLText.breakable(title))</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    /// Plots side by side, as many as there is room for.
    static func plots(_ plots: [any Plot]) throws(LFWError) -> String {
        var elements: [String] = []
        for plot in plots { elements.append(try plot.element()) }
        return "<div class=\"plots\">\n\(elements.joined(separator: "\n"))\n</div>"
    }

    private static let style = """
        :root { --ground: #f5f6f8; --line: #dcdee3; --good: #17632e; --bad: #a01c1c; --note: #e67d21; }
        @media screen and (prefers-color-scheme: dark) {
          :root { --ground: #121317; --line: #3a3d45; --good: #6fcf8f; --bad: #ff8f8a; --note: #f4a052; }
        }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0; }
        main { max-width: 1240px; margin: 1.5em auto; padding: 1em 2.5em 2em; background: var(--paper); border: 1px solid var(--line);
          box-sizing: border-box; }
        h1 { font-size: 1.5em; line-height: 1.3; } h2 { font-size: 1.2em; margin-top: 2em; } h3 { font-size: 1em; }
        .verdict { font-size: 1.3em; font-weight: 600; } .met { color: var(--good); } .unmet { color: var(--bad); }
        .caveat { border-left: 4px solid var(--note); padding-left: .8em; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); gap: 1.2em; margin-top: 1.5em; }
        .plot { width: 100%; height: auto; max-width: 560px; justify-self: center; border: 1px solid var(--line); background: var(--paper);
          box-sizing: border-box; }
        table { border-collapse: collapse; }
        td, th { text-align: left; padding: .25em 1.1em .25em 0; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums;
          vertical-align: top; }
        td:last-child, th:last-child { padding-right: 0; }
        th { font-weight: 600; } thead th { vertical-align: bottom; } a { color: var(--same); } .facts th { font-weight: 400; color: var(--gray); min-width: 11em; }
        .number { white-space: nowrap; text-align: right; } th.number { white-space: normal; } .long { overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; } .scroll .long { min-width: 9em; }
        .pair { display: inline-block; vertical-align: top; margin-right: 1em; } .photo { display: block; width: 125px; height: auto; }
        @media (max-width: 640px) {
          main { margin: 0; padding: .5em 12px 2em; border: 0; }
          .facts, .facts tbody, .facts tr, .facts th, .facts td { display: block; }
          .facts tr { border-bottom: 1px solid var(--line); padding: .3em 0; } .facts th, .facts td { border: 0; padding: 0; }
          td, th { padding-right: .8em; } .pair { display: block; margin: 0 0 .2em; min-width: 10em; }
          .scroll { font-size: 14px; } .scroll td, .scroll th { padding-right: .5em; }
        }
        @media print {
          :root { color-scheme: light; --ground: #fff; }
          body { font-size: 10pt; } main { border: 0; margin: 0; padding: 0; max-width: none; }
          .plots { grid-template-columns: repeat(2, minmax(0, 1fr)); } .plot, tr, li { break-inside: avoid; } h1, h2, h3 { break-after: avoid; }
          thead { display: table-header-group; } .scroll { overflow: visible; }
          td, th { padding-right: .7em; } .scroll table { font-size: 8pt; } .scroll .long { min-width: 0; }
        }
        """
}
