import FuzzReading
import Glibc

/// One reader under libFuzzer; the environment variable FUZZ_MODE says which. See docs/reliability.md.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ argc: UnsafeMutablePointer<Int32>, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The reader; a function that C calls captures nothing.
enum Chosen {
    static let target: FuzzTarget = {
        let name = getenv("FUZZ_MODE").map { String(cString: $0) } ?? "open"
        guard let target = FuzzTarget(rawValue: name) else { fatalError("FUZZ_MODE \(name) is not known") }
        return target
    }()
}

var argc = CommandLine.argc
var argv = CommandLine.unsafeArgv
exit(
    runDriver(&argc, &argv) { data, size in
        do throws(FuzzFinding) { try Chosen.target.read(UnsafeBufferPointer(start: data, count: size)) } catch { fatalError(error.text) }
        return 0
    })
