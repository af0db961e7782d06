import ConvertFaces
import ConvertFiles
import ConvertKit
import Verifier

/// Prints what happens during long work: a progress line on a terminal, and remarks on standard error.
final class EventPrinter {
    private let isQuiet: Bool
    /// Whether progress is shown; rows on the standard output are progress enough.
    private let showsProgress: Bool
    /// The progress line; nil until the first picture is done.
    private var progress: Progress?
    /// Notes, for a JSON document.
    private(set) var notes: [String] = []

    init(isQuiet: Bool, showsProgress: Bool = true) {
        self.isQuiet = isQuiet
        self.showsProgress = showsProgress
    }

    /// Receives an event.
    func handle(_ event: Event) {
        switch event {
        case .progress(let done, let total, let unit):
            var current = progress ?? Progress(total: total, unit: unit.rawValue, isQuiet: isQuiet || !showsProgress)
            current.advance(to: done)
            progress = current
        case .writing(let path): Terminal.progress("writing \(path)")
        case .readingBack(let path): Terminal.progress("reading back \(path)")
        case .runningNetworks: Terminal.progress("running both networks")
        case .resumable(let isResumable):
            Interruption.setFarewell(isResumable ? EventText.farewell : nil)
        case .rows(let table):
            clear()
            Terminal.print(lines: (0..<table.count).map(table.line))
        default:
            guard let remark = EventText.remark(event) else { return }
            if remark.isNote { notes.append(remark.text) }
            guard !isQuiet || remark.isUrgent else { return }
            clear()
            for line in remark.lines { Terminal.error(PrintedText.oneLine(line)) }
        }
    }

    /// Removes the progress line from the terminal.
    func clear() {
        progress?.clear()
        if progress == nil { Terminal.progress("") }
    }
}
