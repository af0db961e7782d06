import ConvertFiles
import Foundation
import TestSupport
import Testing

/// What packages rely on. `make dist-check` tries the packages themselves.
@Suite struct PackagingTests {
    let folder = Fixtures.temporaryFolder()

    /// The program as a package installs it, below `folder`.
    private func installed() throws -> String {
        try FileManager.default.createDirectory(atPath: "\(folder)/bin", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: CommandRun.binary, toPath: "\(folder)/bin/pthconvert")
        return "\(folder)/bin/pthconvert"
    }

    @Test("The version is stated once, and packages take it from there") func theVersionIsStatedOnce() throws {
        let script = Process()
        let pipe = Pipe()
        script.executableURL = URL(fileURLWithPath: Fixtures.root + "/scripts/version.sh")
        script.standardOutput = pipe
        try script.run()
        let stated = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        script.waitUntilExit()
        #expect(stated == ProgramVersion.text + "\n")
        #expect(try CommandRun(["--version"]).output == "convert \(stated)")
        for name in ["debian/control", "python/METADATA", "python/pthconvert/__init__.py"] {
            let text = String(decoding: try Fixtures.bytes("\(Fixtures.root)/packaging/\(name)"), as: UTF8.self)
            #expect(text.contains("@VERSION@") && !text.contains(ProgramVersion.text), "\(name)")
        }
        // The install lines name the packages as they are called.
        let readme = String(decoding: try Fixtures.bytes("\(Fixtures.root)/README.md"), as: UTF8.self)
        for name in [
            "pthconvert-\(ProgramVersion.text)-py3-none-", "pthconvert_\(ProgramVersion.text)_amd64",
            "pthconvert-\(ProgramVersion.text)-linux-x86_64",
        ] {
            #expect(readme.contains("\(name)"), "README.md does not name \(name)")
        }
    }

    @Test("An installed program goes by its own name, and finds the weights that it brought along, also through a link")
    func anInstalledProgramFindsItsWeights() throws {
        let program = try installed()
        let link = "\(folder)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
        let source = Fixtures.path("images/source.png")
        func align(_ program: String) throws -> CommandRun {
            let out = "\(folder)/out-\(PathText.baseName(program))"
            return try CommandRun(
                ["align", source, "-o", out], shellPrefix: "unset CONVERT_DATA HOME XDG_DATA_HOME; exec '\(program)' \"$@\";")
        }
        let without = try align(program)
        #expect(
            without.status == 2 && without.errors.hasPrefix("pthconvert: ") && without.errors.contains("\(folder)/share/pthconvert/mtcnn"))
        guard FileManager.default.fileExists(atPath: Fixtures.mtcnn) else {
            print("MTCNN's weights are not in \(Fixtures.mtcnn): finding them in a package is not tested; make setup fetches them")
            return
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/share/pthconvert", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Fixtures.mtcnn, toPath: "\(folder)/share/pthconvert/mtcnn")
        for name in [program, link] {
            let run = try align(name)
            #expect(run.status == 0 && run.output.contains("no face, whole picture resized: 1"), "\(run.errors)")
        }
    }
}
