import ConvertFiles
import ConvertKit
import Glibc

/// How far a long job is: a bar that is drawn anew on a terminal, else a line a minute; nothing when quiet.
struct Progress {
    private let total: Int
    private let unit: String
    private let isQuiet: Bool
    private let began = ContinuousClock.now
    private var told: ContinuousClock.Instant
    private var hasLine = false
    private let isTerminal: Bool

    init(total: Int, unit: String, isQuiet: Bool) {
        self.total = total
        self.unit = unit
        self.isQuiet = isQuiet
        told = began
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Reports how many are done, with the rate and the time that the rest will take, if it is time to.
    mutating func advance(to done: Int) {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        guard isTerminal && !hasLine || now - told >= (isTerminal ? .milliseconds(100) : .seconds(60)) else { return }
        told = now
        let seconds = (now - began).seconds
        let rate = Double(done) / max(seconds, 1e-3)
        let left = Int((Double(total - done) / max(rate, 1e-9)).rounded(.up))
        let line =
            "\(NumberText.grouped(done)) of \(NumberText.grouped(total)) \(unit), \(NumberText.fixed(rate, 1)) a second, "
            + "\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
        if isTerminal {
            Terminal.progress("\(Progress.bar(done, of: total)) \(line)")
            hasLine = true
        } else {
            Terminal.error(line)
        }
    }

    private static let barWidth = 24

    /// `[######------]`.
    private static func bar(_ done: Int, of total: Int) -> String {
        let filled = min(barWidth, done * barWidth / max(total, 1))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled) + "]"
    }

    /// Takes the line off the terminal.
    mutating func clear() {
        if hasLine { Terminal.progress("") }
        hasLine = false
    }
}
