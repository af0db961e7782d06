import Foundation
import TestSupport
import Testing

@testable import ConvertFiles

/// What an output leaves behind, who owns it, and where it may go.
@Suite struct OutputFaultTests {
    let folder = Fixtures.temporaryFolder()

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test("An output has no name until it is whole")
    func anOutputHasNoNameUntilItIsWhole() throws {
        let output = try OutputFile(target: "\(folder)/out", replacing: false, inputs: [])
        try output.write([1, 2, 3])
        try output.flush()
        #expect(names.isEmpty, "\(names)")
        #expect(try output.readBack().bytes.array == [1, 2, 3])
        try output.commit()
        #expect(names == ["out"])
    }

    @Test("An output that needs a name gets a temporary one in the same folder")
    func oneThatNeedsANameHasItInTheSameFolderAndLosesIt() throws {
        for replacing in [false, true] {
            let output = try OutputFile(target: "\(folder)/out", replacing: replacing, inputs: [])
            try output.write([replacing ? 2 : 1])
            try output.takeName()
            #expect(names.contains { $0.hasPrefix(".convert.") && $0.hasSuffix(".part") })
            #expect(output.temporaryPath.hasPrefix(folder + "/"))
            try output.commit()
            #expect(try names == ["out"] && Fixtures.bytes("\(folder)/out") == [replacing ? 2 : 1])
        }
        do { try OutputFile(target: "\(folder)/given up", replacing: false, inputs: []).takeName() }
        #expect(names == ["out"])
    }

    @Test("A replaced file keeps its mode, and a new file follows the umask")
    func replacingKeepsTheModeAndANewFileFollowsTheMask() throws {
        for kept: mode_t in [0o600, 0o640, 0o444, 0o777] {
            let path = "\(folder)/\(kept)"
            Fixtures.write([1], to: path)
            chmod(path, kept)
            let output = try OutputFile(target: path, replacing: true, inputs: [])
            #expect(mode(output.temporaryPath) & 0o077 & ~kept == 0, "nobody may read it meanwhile who could not before")
            try output.write([2])
            try output.commit()
            #expect(try mode(path) == kept && Fixtures.bytes(path) == [2])
        }
        let output = try OutputFile(target: "\(folder)/new", replacing: true, inputs: [])
        try output.commit()
        #expect(mode("\(folder)/new") == 0o666 & ~umaskNow)
    }

    private var umaskNow: mode_t {
        let mask = umask(0o022)
        umask(mask)
        return mask
    }

    /// A temporary file as a killed process leaves it: with its name, and without a lock.
    private func leave(_ name: String, age: Int = 0) {
        Fixtures.write([1], to: "\(folder)/\(name)")
        let then = timeval(tv_sec: time(nil) - age, tv_usec: 0)
        utimes("\(folder)/\(name)", [then, then])
    }

    @Test("Files of dead processes are removed, and those of living ones stay")
    func whatDeadProcessesLeftIsRemovedAndWhatLivesStays() throws {
        // The name of a living process's file contains this machine's number.
        let living = try OutputFile(target: "\(folder)/living", replacing: false, inputs: [])
        try living.write([1])
        try living.takeName()
        let alive = PathText.baseName(living.temporaryPath)
        let machine = String(alive.split(separator: ".")[2])
        leave(".convert.1.\(machine).ab12.part")
        leave(".convert.\(getpid()).\(machine).0.part")
        leave(".convert.4242.f00d.part", age: 100_000)
        leave(".convert.4242.0.f00d.part", age: 100_000)
        // A fresh one from a different machine, names in a different format, and things that are not regular files.
        let stays = [".convert.4242.0.beef.part", ".convert.x.y.part", ".convert.1.2.3.4.part", "convert.1.ab.part"]
        for name in stays { leave(name) }
        symlink("convert.1.ab.part", "\(folder)/.convert.1.\(machine).cd.part")
        mkdir("\(folder)/.convert.1.\(machine).ef.part", 0o755)
        // A folder is swept once, and a different path to it is still the same folder.
        let other = "\(folder)/other"
        mkdir(other, 0o755)
        #expect(rename(living.temporaryPath, "\(other)/\(alive)") == 0)
        for name in names where name.hasSuffix(".part") { #expect(rename("\(folder)/\(name)", "\(other)/\(name)") == 0) }
        _ = try OutputFile(target: "\(other)/next", replacing: false, inputs: [])
        let left = try FileManager.default.contentsOfDirectory(atPath: other).sorted()
        #expect(left == (stays + [alive, ".convert.1.\(machine).cd.part", ".convert.1.\(machine).ef.part"]).sorted(), "\(left)")
    }

    @Test("A link that leads out of the output folder is refused")
    func aLinkThatLeadsOutOfTheFolderIsRefused() throws {
        let root = "\(folder)/root"
        mkdir(root, 0o755)
        mkdir("\(folder)/elsewhere", 0o755)
        mkdir("\(root)/inside", 0o755)
        Fixtures.write([7], to: "\(folder)/elsewhere/a")
        symlink("../elsewhere", "\(root)/away")
        symlink("inside", "\(root)/near")
        symlink("../elsewhere/a", "\(root)/a")
        symlink("../elsewhere/new", "\(root)/dangling")
        for name in ["away/a", "away/b", "a", "dangling", "away/deep/er/x"] {
            let path = "\(root)/\(name)"
            #expect(throws: FileError.leavesFolder(path: path, folder: root)) { try OutputFolder.check(path, within: root) }
        }
        for name in ["away/a", "a", "dangling"] {
            #expect(throws: FileError.leavesFolder(path: "\(root)/\(name)", folder: root)) {
                try OutputFile(target: "\(root)/\(name)", replacing: true, inputs: [], within: root)
            }
        }
        for name in ["near/a", "b", "inside/deep/er/x", "near"] { try OutputFolder.check("\(root)/\(name)", within: root) }
        try OutputFolder.check("\(folder)/not there/x", within: "\(folder)/not there")
        #expect(try Fixtures.bytes("\(folder)/elsewhere/a") == [7])
    }

    @Test("A file that others may write, or that another user owns, is not private")
    func whatOthersMayWriteIsNotPrivate() throws {
        let path = "\(folder)/kept"
        let log = try RecordLog(path: path, recordCount: 4)
        #expect(mode(path) == 0o600)
        _ = log.recordCount
        try FilePrivacy.check(path)
        for open: mode_t in [0o620, 0o602, 0o666] {
            chmod(path, open)
            let reason = "it is writable by others (mode \(String(open, radix: 8)))"
            #expect(throws: FileError.notPrivate(path: path, reason: reason)) { try FilePrivacy.check(path) }
        }
        chmod(path, 0o644)
        try FilePrivacy.check(path)
        let other = "\(folder)/other"
        _ = try RecordLog(path: other, recordCount: 4)
        chmod(other, 0o666)
        #expect(throws: FileError.notPrivate(path: other, reason: "it is writable by others (mode 666)")) {
            try RecordLog(path: other, recordCount: 4)
        }
        if geteuid() == 0 {
            chmod(other, 0o600)
            chown(other, 65534, 65534)
            #expect(throws: FileError.notPrivate(path: other, reason: "another user owns it (number 65534)")) {
                try RecordLog(path: other, recordCount: 4)
            }
        }
    }
}
