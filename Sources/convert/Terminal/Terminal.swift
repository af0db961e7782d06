import Arguments
import CArguments
import ConvertFiles
import ConvertKit
import Glibc
import PthReader
import Synchronization

/// Lines for people and machines: results on stdout, errors and progress on stderr.
enum Terminal {
    /// What the program was started as; messages and help use it.
    static let programName: String = {
        let name = arguments_at(0).map { PathText.baseName(PathText.text($0)) } ?? ""
        // It is used in scripts for shells, and in lines that a name must not break.
        let isPlain = name.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
        return name.isEmpty || !isPlain ? "convert" : name
    }()

    /// Columns of the terminal that results are printed to; 80 if they go elsewhere.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a line to stderr, after the program's name.
    static func say(_ line: PrintedLine) { error("\(programName): \(line.text)" as String) }

    /// Puts something in the place of a standard stream that the caller closed, so that no file of ours gets its number and what is printed.
    /// What goes to a closed stdout is refused, and reported at the end.
    static func openClosedStreams() {
        for (descriptor, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number, which is this one: those below it are open by now.
            _ = open("/dev/null", mode)
        }
    }

    /// Why something did not reach stdout; nil if all did.
    private static let refusal = Mutex<String?>(nil)

    /// Writes to stdout, with a line break. A reader that went away (`| head`) is not an error; a full disk is one, and
    /// `outputRefusal` reports it.
    @_disfavoredOverload static func print(_ text: String) {
        guard let reason = write(LineColor.painted(visible(text), on: STDOUT_FILENO) + "\n", to: STDOUT_FILENO) else { return }
        refusal.withLock { $0 = $0 ?? reason }
    }

    /// Why something that was printed did not arrive; nil if all did.
    static var outputRefusal: String? { refusal.withLock { $0 } }

    /// Writes a line in which names of files and keys are made visible, whatever they hold.
    static func print(_ line: PrintedLine) { print(line.text as String) }

    /// Writes lines, each as one; on a terminal, sentences that are wider than it are wrapped.
    static func print(lines: [String]) {
        let width = isatty(STDOUT_FILENO) == 1 ? max(width, leastWidth) : nil
        for line in lines.map(PrintedText.oneLine) {
            print((width.map { TextWrap.fitted(line, width: $0) } ?? [line]).joined(separator: "\n") as String)
        }
    }

    /// Columns below which wrapping would make a text harder to read.
    private static let leastWidth = 40

    /// Writes a line to stderr in which names of files and keys are made visible, whatever they hold.
    static func error(_ line: PrintedLine) { error(line.text as String) }

    /// Writes a text to stderr. Control characters of file names and keys are made visible, except line breaks.
    @_disfavoredOverload static func error(_ text: String) {
        _ = write(LineColor.painted(visible(text), on: STDERR_FILENO) + "\n", to: STDERR_FILENO)
    }

    /// A passing line on a terminal's stderr; nothing if stderr is not a terminal.
    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        _ = write("\r\u{1B}[2K\(visible(text))", to: STDERR_FILENO)
    }

    /// How long a command took, on a terminal and if it was over a second.
    static func sayTime(_ duration: Duration) {
        guard isatty(STDERR_FILENO) == 1, duration > .seconds(1) else { return }
        let seconds = duration.seconds
        let whole = Int(seconds.rounded())
        let text = whole < 60 ? "\(NumberText.fixed(seconds, 1)) s" : "\(whole / 60) min \(whole % 60) s"
        error("took \(text)" as String)
    }

    /// What the system said if it took no more; nil if it took all, or nobody reads any longer.
    private static func write(_ text: String, to descriptor: Int32) -> String? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return errno == EPIPE ? nil : lastSystemError() }
            bytes = bytes.dropFirst(written)
        }
        return nil
    }

    /// Says on stderr, whatever was asked for, what loading a file with Python would run.
    static func warnOfDangers() {
        DangerNotice.observe { file, dangers in
            let more = dangers.count > 3 ? " and \(dangers.count - 3) more" : ""
            let names = dangers.prefix(3).joined(separator: ", ")
            error(PrintedText.oneLine("WARNING: loading this file with Python would call \(names)\(more) (\(file.name))"))
        }
    }

    /// Text from a file must not steer the terminal: control characters but line breaks, and marks that turn the direction of reading,
    /// become `\u{..}`, bytes of names that are not UTF-8 `\xE9`. Names go through `PrintedText.oneLine` if they become part of a text of
    /// several lines.
    static func visible(_ text: String) -> String { PrintedText.lines(PathText.shown(text)) }
}
