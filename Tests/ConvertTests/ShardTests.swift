import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// Work in parts without a scheduler: what `merge` joins is byte for byte what the whole work writes.
@Suite struct ShardTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    /// Drawn pictures of four people, one that is none, one that is empty, and one that states an orientation.
    private func pictures() throws -> (root: String, pairs: String, manifest: String) {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        Fixtures.write(Array("no picture".utf8), to: "\(root)/P1/bad.jpg")
        Fixtures.write([], to: "\(root)/P2/empty.png")
        Fixtures.write(try Fixtures.bytes(Fixtures.path("images/source.png")), to: "\(root)/P3/a, \"b\" 'c'.png")
        let made = try CommandRun(["manifest", root, "-o", "\(folder)/m.txt"])
        #expect(made.status == 0 && made.output.contains("15 files"), "\(made.errors)")
        return (root, pairs, "\(folder)/m.txt")
    }

    /// All parts of some work.
    private func makeParts(_ arguments: [String], of count: Int = 4, manifest: String, in parts: String) throws {
        for index in (0..<count).reversed() {
            let run = try CommandRun(arguments + ["--manifest", manifest, "--shard", "\(index)/\(count)", "--parts", parts])
            #expect(run.status == 0, "\(run.errors)")
        }
    }

    /// Paths of all files below a folder, and their bytes.
    private func contents(_ folder: String) throws -> [String: [UInt8]] {
        let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        return try Dictionary(
            uniqueKeysWithValues: names.filter { !FolderListing.isFolder("\(folder)/\($0)") }.map {
                ($0, FileIdentity(path: "\(folder)/\($0)")?.size == 0 ? [] : try Fixtures.bytes("\(folder)/\($0)"))
            })
    }

    @Test("Crops and tables from four parts are those of the whole alignment", arguments: [[], ["--draw", "--crop", "arcface"]])
    func alignmentInParts(_ options: [String]) throws {
        let (root, _, manifest) = try pictures()
        let whole = try CommandRun(["align", root, "-o", "\(folder)/whole"] + options)
        #expect(whole.status == 1 && whole.errors.contains("2 of 15 pictures could not be aligned"), "\(whole.errors)")
        try makeParts(["align", root] + options, manifest: manifest, in: "\(folder)/parts")
        let merged = try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged"])
        #expect(merged.status == 1 && merged.output.contains("align of 15 items, from 4 parts"), "\(merged.errors)")
        #expect(merged.errors.contains("bad.jpg") && merged.errors.contains("empty.png"))
        let (one, other) = (try contents("\(folder)/whole"), try contents("\(folder)/merged"))
        #expect(one.count == (options.isEmpty ? 15 : 28) && one == other)
        #expect(try FolderListing.names(in: "\(folder)/parts").count == 8)
    }

    @Test("Embeddings from five parts are those of the whole run, in every form") func runInParts() throws {
        let (root, _, manifest) = try pictures()
        try makeParts(["run", network, root], of: 5, manifest: manifest, in: "\(folder)/parts")
        for form in ["npy", "npz", "csv", "json", "jsonl"] {
            #expect(try CommandRun(["run", network, root, "-o", "\(folder)/whole.\(form)"]).status == 1)
            let merged = try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged.\(form)"])
            #expect(merged.status == 1, "\(merged.errors)")
            #expect(try Fixtures.bytes("\(folder)/whole.\(form)") == Fixtures.bytes("\(folder)/merged.\(form)"), "\(form)")
        }
        let other = try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged.txt"])
        #expect(other.status == 2 && other.errors.contains(".npz"), "\(other.errors)")
    }

    @Test("A slash at the end of the folder's name is no other setting; more of them are, as paths differ") func slashes() throws {
        let (root, _, manifest) = try pictures()
        for work in [["run", network], ["inspect", "--safety"]] {
            let parts = "\(folder)/parts-\(work[0])"
            func status(_ root: String, _ shard: String) throws -> Int32 {
                try CommandRun(work + [root, "--manifest", manifest, "--shard", shard, "--parts", parts]).status
            }
            #expect(try status(root, "0/2") == 0 && status("\(root)/", "1/2") == 0)
            let merged = try CommandRun(["merge", parts, "-o", "\(folder)/\(work[0]).npz"])
            #expect(!merged.errors.contains("different") && FileIdentity(path: "\(folder)/\(work[0]).npz") != nil, "\(merged.errors)")
            #expect(try status("\(root)//", "1/2") == 2)
        }
    }

    @Test("An evaluation of embeddings from parts writes the files of the whole one", arguments: [[], ["--flip", "add", "--against"]])
    func evaluationInParts(_ options: [String]) throws {
        let (root, pairs, manifest) = try pictures()
        var arguments =
            ["evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--folds", "3", "--preprocess", "resize"] + options
        if options.last == "--against" { arguments.append(Fixtures.path("models/ir_small_torchscript.onnx")) }
        try makeParts(arguments, manifest: manifest, in: "\(folder)/parts")
        let whole = try CommandRun(arguments + ["--no-cache", "--output-dir", "\(folder)/whole"])
        #expect(whole.status == 0, "\(whole.errors)")
        let merged = try CommandRun(arguments + ["--parts", "\(folder)/parts", "--output-dir", "\(folder)/merged"])
        #expect(merged.status == 0, "\(merged.errors)")
        let (one, other) = (try contents("\(folder)/whole"), try contents("\(folder)/merged"))
        #expect(one.count > 9 && one == other)
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged.npz"]).status == 0)
        #expect(try Fixtures.bytes("\(folder)/merged.npz") == one["lfw_embeddings.npz"])
        // Without one part, its index is all that is printed, as merge prints it.
        let description = "\(folder)/parts/part-000002-of-000004.json"
        let part = try Fixtures.bytes(description)
        try FileManager.default.removeItem(atPath: description)
        let incomplete = try CommandRun(arguments + ["--parts", "\(folder)/parts"])
        #expect(incomplete.status == 2 && incomplete.output == "--array=2\n", "\(incomplete.output) \(incomplete.errors)")
        #expect(incomplete.errors.contains("1 of 4 parts is missing"), "\(incomplete.errors)")
        #expect(try CommandRun(arguments + ["--parts", "\(folder)/parts", "--json"]).output.isEmpty)
        Fixtures.write(part, to: description)
        // Parts are for the very work that they were made for.
        let different = try CommandRun(arguments + ["--exact", "--parts", "\(folder)/parts"])
        #expect(different.status == 2 && different.errors.contains("setting exact: false, not true"), "\(different.errors)")
    }

    @Test("The safety report from parts is the whole one", arguments: ["text", "json-lines", "sarif", "junit"])
    func safetyInParts(_ form: String) throws {
        let root = Fixtures.path("hostile")
        #expect(try CommandRun(["manifest", root, "-o", "\(folder)/m.txt"]).status == 0)
        let arguments = ["inspect", "--safety", root, "--report", form]
        let whole = try CommandRun(arguments)
        try makeParts(arguments, manifest: "\(folder)/m.txt", in: "\(folder)/parts")
        let merged = try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/report"])
        #expect(merged.status == whole.status && whole.status == 1, "\(merged.errors)")
        #expect(try Fixtures.bytes("\(folder)/report") == Array(whole.output.utf8))
    }

    @Test("Missing parts are printed as an array, and a merge does nothing until they are there") func missingParts() throws {
        let (root, _, manifest) = try pictures()
        let (parts, arguments) = ("\(folder)/parts", ["align", root, "--preprocess", "resize"])
        try makeParts(arguments, of: 12, manifest: manifest, in: parts)
        for index in ["000003", "000007", "000008", "000009"] {
            try FileManager.default.removeItem(atPath: "\(parts)/part-\(index)-of-000012.\(index == "000008" ? "data" : "json")")
        }
        let merge = try CommandRun(["merge", parts, "-o", "\(folder)/merged"])
        #expect(merge.status == 1 && merge.output == "--array=3,7-9\n" && FileIdentity(path: "\(folder)/merged") == nil)
        #expect(merge.errors.contains("4 of 12 parts are missing"))
        let document = try JSONParser.parse(try CommandRun(["merge", parts, "-o", "\(folder)/merged", "--json"]).output.utf8).object
        #expect(document?["missing"]?.array?.compactMap(\.integer) == [3, 7, 8, 9] && document?["array"]?.string == "--array=3,7-9")
        // The same tasks by a scheduler's numbers; one that is there is skipped.
        for (variable, number) in [
            ("SLURM_ARRAY_TASK_ID", 3), ("SGE_TASK_ID", 8), ("PBS_ARRAY_INDEX", 8), ("PARALLEL_SEQ", 10), ("JOB_COMPLETION_INDEX", 0),
        ] {
            let run = try CommandRun(
                arguments + ["--manifest", manifest, "--shard", "auto/12", "--parts", parts], shellPrefix: "\(variable)=\(number)")
            #expect(run.status == 0 && run.output.contains("was there already") == (number == 0), "\(run.output)\(run.errors)")
        }
        #expect(try CommandRun(["merge", parts, "-o", "\(folder)/merged", "--quiet"]).status == 1)
        #expect(FileIdentity(path: "\(folder)/merged/faces.csv") != nil)
    }

    @Test("Parts of other work, lists, settings or divisions are refused, and it is said what differs") func partsThatDiffer() throws {
        let (root, _, manifest) = try pictures()
        let (parts, arguments) = ("\(folder)/parts", ["align", root, "--preprocess", "resize"])
        try makeParts(arguments, of: 3, manifest: manifest, in: parts)
        func refused(_ arguments: [String], _ words: String) throws {
            let run = try CommandRun(arguments + ["--parts", parts])
            #expect(run.status == 2 && run.errors.contains(words), "\(run.errors)")
        }
        let one = ["--shard", "1/3", "--manifest", manifest]
        try refused(arguments + one + ["--image-size", "96"], "setting faces image_size: 112, not 96")
        try refused(arguments + ["--shard", "1/4", "--manifest", manifest], "is one of 3 parts, not of 4")
        try refused(["run", network, root] + one, "kind of work: align, not run")
        Fixtures.write(
            Array("path,size,sha256\n".utf8) + (try Fixtures.bytes(manifest)).dropFirst(17).prefix { $0 != 0x0A } + [0x0A],
            to: "\(folder)/n.txt")
        try refused(arguments + ["--shard", "1/3", "--manifest", "\(folder)/n.txt"], "different manifest")
        // A part from elsewhere among the others.
        try makeParts(arguments + ["--image-size", "96"], of: 3, manifest: manifest, in: "\(folder)/others")
        for ending in ["data", "json"] {
            let name = "part-000002-of-000003.\(ending)"
            Fixtures.write(try Fixtures.bytes("\(folder)/others/\(name)"), to: "\(parts)/\(name)")
        }
        let mixed = try CommandRun(["merge", parts, "-o", "\(folder)/merged"])
        #expect(mixed.status == 2 && mixed.errors.contains("setting faces image_size"), "\(mixed.errors)")
        // A bit of a part's data, and a range that its list does not have.
        var bytes = try Fixtures.bytes("\(folder)/others/part-000000-of-000003.data")
        bytes[bytes.count / 2] ^= 1
        Fixtures.write(bytes, to: "\(folder)/others/part-000000-of-000003.data")
        let damaged = try CommandRun(["merge", "\(folder)/others", "-o", "\(folder)/merged"])
        #expect(damaged.status == 2 && damaged.errors.contains("part-000000-of-000003.data: is not the file"), "\(damaged.errors)")
        let text = String(decoding: try Fixtures.bytes("\(folder)/others/part-000001-of-000003.json"), as: UTF8.self)
        Fixtures.write(Array(text.replacing("\"first\": 5", with: "\"first\": 4").utf8), to: "\(folder)/others/part-000001-of-000003.json")
        let overlap = try CommandRun(["merge", "\(folder)/others", "-o", "\(folder)/merged"])
        #expect(overlap.status == 2 && overlap.errors.contains("is not the description of a part"), "\(overlap.errors)")
        #expect(FileIdentity(path: "\(folder)/merged") == nil)
    }

    @Test("A file that changed since the manifest was written ends the part") func changedFiles() throws {
        let (root, _, manifest) = try pictures()
        Fixtures.write(try Fixtures.bytes("\(root)/P0/P0_1.png"), to: "\(root)/P0/P0_0.png")
        let arguments = ["--shard", "0/1", "--manifest", manifest, "--parts", "\(folder)/parts"]
        for command in [["align", root, "--preprocess", "resize"], ["run", network, root], ["inspect", "--safety", root]] {
            let run = try CommandRun(command + arguments)
            #expect(run.status == 2 && run.errors.contains("P0_0.png: is not the file that m.txt lists"), "\(run.errors)")
        }
        // What became empty is no picture that could never be used.
        Fixtures.write([], to: "\(root)/P0/P0_0.png")
        let evaluation = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", "\(folder)/pairs.txt", "--preprocess", "resize", "--folds", "3",
            "--allow-missing",
        ]
        for command in [["align", root, "--preprocess", "resize"], ["run", network, root], ["inspect", "--safety", root], evaluation] {
            let run = try CommandRun(command + arguments)
            #expect(run.status == 2 && run.errors.contains("P0_0.png: is not the file that"), "\(command): \(run.errors)")
        }
        try FileManager.default.removeItem(atPath: "\(root)/P0/P0_0.png")
        let gone = try CommandRun(["align", root, "--preprocess", "resize"] + arguments)
        #expect(gone.status == 2 && gone.errors.contains("no such file"), "\(gone.errors)")
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged"]).status == 2)
    }

    @Test("Embeddings of parts are not judged as those of other pictures of the same names") func otherPictures() throws {
        let (root, pairs, manifest) = try pictures()
        let evaluation = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3",
        ]
        try makeParts(evaluation, of: 2, manifest: manifest, in: "\(folder)/parts")
        let judged = evaluation + ["--parts", "\(folder)/parts"]
        #expect(try CommandRun(judged).status == 0)
        Fixtures.write(try Fixtures.bytes("\(root)/P0/P0_1.png"), to: "\(root)/P0/P0_0.png")
        let other = try CommandRun(judged)
        #expect(other.status == 2 && other.errors.contains("P0_0.png: is not the picture that the parts in"), "\(other.errors)")
    }

    @Test("A merge does not write over its parts, even if files may be replaced") func mergesOverParts() throws {
        let (root, _, manifest) = try pictures()
        for (name, work) in [("run", ["run", network, root]), ("safety", ["inspect", "--safety", root])] {
            let parts = "\(folder)/\(name)"
            for index in 0..<2 {
                _ = try CommandRun(work + ["--manifest", manifest, "--shard", "\(index)/2", "--parts", parts])
            }
            let before = try contents(parts)
            for target in ["part-000000-of-000002.json", "part-000001-of-000002.data"] {
                let run = try CommandRun(["merge", parts, "-o", "\(parts)/\(target)", "--force"])
                #expect(run.status == 2 && run.errors.contains(target), "\(run.errors)")
            }
            #expect(try contents(parts) == before)
        }
        try makeParts(["align", root, "--preprocess", "resize"], of: 2, manifest: manifest, in: "\(folder)/crops")
        #expect(try CommandRun(["merge", "\(folder)/crops", "-o", "\(folder)/crops/"]).status == 2)
        #expect(try FolderListing.names(in: "\(folder)/crops").count == 4)
    }

    @Test("A part whose files are damaged is made again, and data that fit are left as they are") func damagedParts() throws {
        let (root, _, manifest) = try pictures()
        let parts = "\(folder)/parts"
        try makeParts(["align", root, "--preprocess", "resize"], of: 2, manifest: manifest, in: parts)
        let whole = try contents(parts)
        let (data, description) = ("\(parts)/part-000001-of-000002.data", "\(parts)/part-000001-of-000002.json")
        var changed = try #require(whole["part-000001-of-000002.data"])
        changed[changed.count / 2] ^= 1
        for (bytes, path) in [(changed, data), ([], description), (Array("{".utf8), description)] {
            Fixtures.write(bytes, to: path)
            try makeParts(["align", root, "--preprocess", "resize"], of: 2, manifest: manifest, in: parts)
            #expect(try contents(parts) == whole)
        }
        // As if a second task had written the data and not yet described them.
        let place = try #require(FileIdentity(path: data)).place
        try FileManager.default.removeItem(atPath: description)
        try makeParts(["align", root, "--preprocess", "resize"], of: 2, manifest: manifest, in: parts)
        #expect(try contents(parts) == whole && FileIdentity(path: data)?.place == place)
    }

    @Test(
        "A record's path that leads elsewhere is refused, and a merge ends",
        arguments: ["/etc/x.png", "../x.png", "", "a//b.png", "./a.png"])
    func recordsThatLeadElsewhere(_ name: String) throws {
        let (root, _, manifest) = try pictures()
        let parts = "\(folder)/parts"
        try makeParts(["align", root, "--preprocess", "resize"], of: 1, manifest: manifest, in: parts)
        // The same part with one more record of that name, and a description that fits.
        let data = "\(parts)/part-000000-of-000001.data"
        let bytes = try Fixtures.bytes(data)
        let signature = Array("convert part 1\n".utf8)
        func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 + Int(bytes[at + $1]) << (8 * $1) } }
        let (text, payload) = (number(signature.count), number(signature.count + 4))
        let start = signature.count + 12
        let meta = String(decoding: bytes[start..<start + text], as: UTF8.self)
            .replacing("\"name\":\"P0/P0_0.png\"", with: "\"name\":\"\(name)\"")
        #expect(meta.contains("\"name\":\"\(name)\""))
        let body = Array(meta.utf8) + bytes[(start + text)..<(start + text + payload)]
        let sum = body.withUnsafeBytes { CRC32.update(0, with: $0) }
        let head = [UInt32(meta.utf8.count), UInt32(payload), sum].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let forged = signature + head + body + bytes[(start + text + payload)...]
        Fixtures.write(forged, to: data)
        let description = "\(parts)/part-000000-of-000001.json"
        let old = String(decoding: try Fixtures.bytes(description), as: UTF8.self)
        let changed = old.replacing(SHA256Digest(of: bytes).text, with: SHA256Digest(of: forged).text)
            .replacing("\"data_bytes\": \(bytes.count)", with: "\"data_bytes\": \(forged.count)")
        Fixtures.write(Array(changed.utf8), to: description)
        let run = try CommandRun(["merge", parts, "-o", "\(folder)/out"], shellPrefix: "ulimit -t 20;")
        #expect(run.status == 2 && run.errors.contains("does not lead below a folder"), "\(run.errors)")
        #expect(FileIdentity(path: "\(folder)/out") == nil)
    }

    @Test("A list that is not a manifest is refused with its line") func otherLists() throws {
        let (root, _, _) = try pictures()
        let digest = String(repeating: "0", count: 64)
        for (text, words) in [
            ("", "is empty"), ("a.png\n", "line 1"),
            ("path,size,sha256\nb.png,1,\(digest)\na.png,1,\(digest)\n", "line 3: a.png is not after b.png"),
            ("path,size,sha256\n../a.png,1,\(digest)\n", "line 2: the path does not lead below a folder"),
            ("path,size,sha256\n/a.png,1,\(digest)\n", "line 2"), ("path,size,sha256\na//b.png,1,\(digest)\n", "line 2"),
            ("path,size,sha256\n./a.png,1,\(digest)\n", "line 2"), ("path,size,sha256\na.png,-1,\(digest)\n", "line 2"),
            ("path,size,sha256\na.png,1,\(digest)", "line 2: the line is cut off"),
            ("path,size,sha256\na.txt,1,\(digest)\n", "lists no picture"),
        ] {
            Fixtures.write(Array(text.utf8), to: "\(folder)/other.txt")
            let run = try CommandRun(["align", root, "--shard", "0/1", "--manifest", "\(folder)/other.txt", "--parts", "\(folder)/parts"])
            #expect(run.status == 2 && run.errors.contains(words), "\(text): \(run.errors)")
        }
    }

    @Test("A manifest that is written again into its folder does not list itself") func manifestInItsFolder() throws {
        let (root, _, _) = try pictures()
        for _ in 0..<2 {
            let run = try CommandRun(["manifest", root, "-o", "\(root)/m.txt", "--force"])
            #expect(run.status == 0 && run.output.contains("15 files"), "\(run.output)\(run.errors)")
        }
    }

    @Test("Options of parts belong together") func usage() throws {
        let (root, _, manifest) = try pictures()
        for arguments in [
            ["align", root, "--shard", "0/2", "--parts", "x"], ["align", root, "--shard", "0/2", "--manifest", manifest],
            ["align", root, "--manifest", manifest, "-o", "x"], ["align", root, "--shard", "2/2", "--manifest", manifest, "--parts", "x"],
            ["align", root, "--shard", "0/2", "--manifest", manifest, "--parts", "x", "-o", "y"],
            ["align", root, root, "--shard", "0/2", "--manifest", manifest, "--parts", "x"], ["merge", "x"], ["manifest", root],
        ] { #expect(try CommandRun(arguments).status == 64, "\(arguments)") }
        let none = try CommandRun(
            ["align", root, "--shard", "auto/2", "--manifest", manifest, "--parts", "\(folder)/x"],
            shellPrefix: "unset SLURM_ARRAY_TASK_ID PARALLEL_SEQ;")
        #expect(none.status == 2 && none.errors.contains("no scheduler says which part this is"), "\(none.errors)")
        let outside = try CommandRun(
            ["align", root, "--shard", "auto/2", "--manifest", manifest, "--parts", "\(folder)/x"], shellPrefix: "SLURM_ARRAY_TASK_ID=2")
        #expect(outside.status == 2 && outside.errors.contains("SLURM_ARRAY_TASK_ID is 2, and the parts are 0 to 1"), "\(outside.errors)")
        let two = try CommandRun(
            ["align", root, "--shard", "auto/2", "--manifest", manifest, "--parts", "\(folder)/x"],
            shellPrefix: "SLURM_ARRAY_TASK_ID=1 PARALLEL_SEQ=1")
        #expect(two.status == 2 && two.errors.contains("several schedulers"), "\(two.errors)")
        #expect(FileIdentity(path: "\(folder)/x") == nil)
    }

    @Test("Rates of a list of pairs are those of all its scores, whole and from parts") func ratesInParts() throws {
        // More than one block of 4 MiB: 40 people with 5 vectors each, under long paths.
        let (people, shots, width) = (40, 5, 16)
        var seed: UInt64 = 9
        func random() -> Double {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(seed >> 11) / 0x1p53 - 0.5
        }
        let centers = (0..<people).map { _ in (0..<width).map { _ in random() } }
        var (paths, numbers): ([String], [Float]) = ([], [])
        for person in 0..<people {
            for shot in 0..<shots {
                paths.append("a-long-name-of-a-folder-of-person-\(person)/picture-\(shot).jpg")
                numbers += centers[person].map { Float($0 + 0.8 * random()) }
            }
        }
        let output = try OutputFile(target: "\(folder)/e.npz", replacing: false, inputs: [])
        let vectors = numbers.withUnsafeBytes { NumpyArray.bytes($0, element: .float32, shape: [paths.count, width], name: "embeddings") }
        try ZipArchiveWriter.write(
            [
                .init(name: "paths.npy", contents: NumpyTextArray(texts: paths).bytes(name: "paths")),
                .init(name: "embeddings.npy", contents: vectors),
            ],
            to: output)
        try output.commit()
        let rows = try OutputFile(target: "\(folder)/e.npy", replacing: false, inputs: [])
        try numbers.withUnsafeBytes { try NumpyArray.write($0, element: .float32, shape: [paths.count, width], to: rows) }
        try rows.commit()
        var (lines, numbered) = ("", "")
        for _ in 0..<5 {
            for one in paths.indices {
                for other in paths.indices where other != one {
                    let label = one / shots == other / shots ? 1 : 0
                    lines += "\(paths[one]) \(paths[other]) \(label)\n"
                    numbered += "\(one) \(other) \(label)\n"
                }
            }
        }
        Fixtures.write(Array(lines.utf8), to: "\(folder)/p.txt")
        Fixtures.write(Array(numbered.utf8), to: "\(folder)/n.txt")
        let rates = ["score", "--rates", "--pairs-file", "\(folder)/p.txt", "--embeddings", "\(folder)/e.npz"]
        let whole = try CommandRun(rates + ["--json"])
        #expect(whole.status == 0 && lines.utf8.count > 4 << 20, "\(whole.errors)")
        // Beside the way by which a list of ordinary length is scored.
        let usual = try CommandRun([
            "score", "--pairs-file", "\(folder)/p.txt", "--embeddings", "\(folder)/e.npz", "--folds", "2", "--json",
        ])
        let (one, other) = (
            try #require(try JSONParser.parse(whole.output.utf8).object), try #require(try JSONParser.parse(usual.output.utf8).object)
        )
        #expect(one["num_same_pairs"]?.integer == 5 * 800 && one["num_different_pairs"]?.integer == 5 * (200 * 199 - 800))
        #expect(one["format_version"]?.integer == 1)
        #expect(one["roc_auc"] != nil && one["roc_auc"] == other["roc_auc"], "\(usual.errors)")
        // An .npy has no paths; the list names its rows.
        let byNumber = try CommandRun([
            "score", "--rates", "--pairs-file", "\(folder)/n.txt", "--embeddings", "\(folder)/e.npy", "--json", "--threads", "1",
        ])
        let third = try #require(try JSONParser.parse(byNumber.output.utf8).object)
        for name in ["num_same_pairs", "tar_at_far", "roc_auc", "roc_auc_doubled_wins", "equal_error_rate"] {
            #expect(one[name] == third[name])
        }
        for index in 0..<2 {
            let run = try CommandRun(rates + ["--shard", "\(index)/2", "--parts", "\(folder)/scores"])
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(try CommandRun(["merge", "\(folder)/scores", "-o", "\(folder)/rates.json"]).status == 0)
        #expect(try Fixtures.bytes("\(folder)/rates.json") == Array(whole.output.utf8))
        Fixtures.write(Array(lines.utf8) + Array("nobody.jpg nobody.jpg 1\n".utf8), to: "\(folder)/p.txt")
        let unknown = try CommandRun(rates)
        #expect(
            unknown.status == 2 && unknown.errors.contains("line \(5 * 200 * 199 + 1)") && unknown.errors.contains("nobody.jpg"),
            "\(unknown.errors)")
    }
}
