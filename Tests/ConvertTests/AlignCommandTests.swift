import ConvertFaces
import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// `convert align`.
@Suite struct AlignCommandTests {
    let folder = Fixtures.temporaryFolder()
    let source = Fixtures.path("images/source.png")

    /// A folder tree with two people and three pictures.
    private func tree() throws -> String {
        let root = "\(folder)/pictures"
        for (person, names) in [("Ann", ["Ann_0001.png", "Ann_0002.png"]), ("Bob", ["Bob_0001.png"])] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(person)", withIntermediateDirectories: true)
            for name in names { Fixtures.write(try Fixtures.bytes(source), to: "\(root)/\(person)/\(name)") }
        }
        return root
    }

    @Test("Crops keep the folder tree, and tables report what was found") func cropsKeepTheTreeAndTablesSayWhatWasFound() throws {
        let run = try CommandRun(["align", try tree(), "-o", "\(folder)/crops"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("3 crops of 112×112") && run.output.contains("no face, whole picture resized: 3"))
        let crop = try DecodedImage(path: "\(folder)/crops/Ann/Ann_0002.png")
        #expect(try crop.pixels == DecodedImage(path: source).resized(width: 112, height: 112).pixels)
        let table = String(decoding: try Fixtures.bytes("\(folder)/crops/faces.csv"), as: UTF8.self).split(separator: "\n")
        #expect(table.count == 4 && table[1].hasPrefix("Ann/Ann_0001.png,0,0,,,,,,"))
        #expect(table[1].hasSuffix(SHA256Digest(of: crop.pixels).text))
        let json = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/crops/faces.json")).object)
        #expect(json["mtcnn_margin"]?.integer == 16 && json["images"]?.array?.count == 3)
    }

    @Test("Resizing needs no detector and refuses its options") func resizingNeedsNoDetectorAndRefusesItsOptions() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/r", "--preprocess", "resize", "--image-size", "40", "--draw"])
        #expect(run.status == 0 && !run.output.contains("no face"))
        #expect(try DecodedImage(path: "\(folder)/r/source.png").width == 40)
        #expect(try DecodedImage(path: "\(folder)/r/source.faces.png").pixels == DecodedImage(path: source).pixels)
        for option in [["--selection", "largest"], ["--min-face-size", "30"], ["--thresholds", "1,1,1"]] {
            #expect(try CommandRun(["align", source, "-o", "\(folder)/x", "--preprocess", "resize"] + option).status == 64)
        }
    }

    @Test("Five points are recorded as such, and crops need not be square") func fivePointsAreRecorded() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/a", "--crop", "arcface", "--image-size", "112x96", "--draw"])
        #expect(run.status == 0 && run.output.contains("1 crop of 112×96") && run.output.contains("no face, whole picture resized: 1"))
        let crop = try DecodedImage(path: "\(folder)/a/source.png")
        #expect(try crop.pixels == DecodedImage(path: source).resized(width: 96, height: 112).pixels)
        let table = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/a/faces.json")).object)
        #expect(table["preprocess"]?.string == "arcface" && table["template"]?.string == "insightface" && table["mtcnn_margin"] == nil)
        #expect(table["warp"]?.string == "opencv 4" && table["selection"]?.string == "center")
        #expect(table["image_size"]?.array?.compactMap(\.integer) == [112, 96])
        let box = try CommandRun(["align", source, "-o", "\(folder)/b", "--image-size", "112x96"])
        #expect(box.status == 0 && box.output.contains("1 crop of 112×96"), "\(box.errors)")
        let size = try CommandRun(["align", source, "-o", "\(folder)/c", "--crop", "arcface", "--image-size", "160"])
        #expect(
            size.status == 2 && size.errors.contains("no form for crops of 160×160") && size.errors.contains("--crop"), "\(size.errors)")
        #expect(FileIdentity(path: "\(folder)/c") == nil)
        #expect(try CommandRun(["align", source, "-o", "\(folder)/d", "--crop", "arcface", "--mtcnn-margin", "8"]).status == 64)
    }

    @Test("A small crop has no room for the default margin") func aSmallCropHasNoRoomForTheUsualMargin() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/s", "--image-size", "8"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try JSONParser.parse(try Fixtures.bytes("\(folder)/s/faces.json")).object?["mtcnn_margin"]?.integer == 0)
        #expect(try CommandRun(["align", source, "-o", "\(folder)/t", "--image-size", "8", "--mtcnn-margin", "8"]).status == 64)
        #expect(try CommandRun(["align", source, "-o", "\(folder)/w", "--preprocess", "resize", "--image-size", "8"]).status == 0)
        // Only MTCNN crops have a margin.
        let margin = try CommandRun(["align", source, "-o", "\(folder)/x", "--preprocess", "resize", "--mtcnn-margin", "8"])
        #expect(margin.status == 64 && margin.errors.contains("--mtcnn-margin"))
    }

    @Test("A damaged picture is named and the others are processed") func aBadPictureIsNamedAndTheOthersAreDone() throws {
        Fixtures.write([], to: "\(folder)/empty.jpg")
        let cut = Fixtures.path("images/jpeg_cut_in_half.jpg")
        let run = try CommandRun(["align", "\(folder)/empty.jpg", cut, source, "-o", "\(folder)/out"])
        #expect(run.status == 1)
        #expect(run.errors.contains("empty.jpg: is empty") && run.errors.contains("\(cut): ends before the picture does"))
        #expect(run.output.contains("1 crop of") && run.output.contains("not aligned: 2"))
        #expect(FileIdentity(path: "\(folder)/out/source.png") != nil && FileIdentity(path: "\(folder)/out/empty.png") == nil)
    }

    @Test("Existing files are not replaced unless asked") func nothingIsReplacedUnasked() throws {
        #expect(try CommandRun(["align", source, "-o", "\(folder)/out"]).status == 0)
        let again = try CommandRun(["align", source, "-o", "\(folder)/out"])
        #expect(again.status == 2 && again.errors.contains("exists already"))
        #expect(try CommandRun(["align", source, "-o", "\(folder)/out", "--force"]).status == 0)
        let own = try CommandRun(["align", "\(folder)/out/source.png", "-o", "\(folder)/out", "--force"])
        #expect(own.status == 2 && own.errors.contains("is the input itself"))
    }

    @Test("Outputs that cannot be created are refused before the work starts") func whatCannotHaveAPlaceIsRefusedBeforeTheWork() throws {
        let root = try tree()
        Fixtures.write(try Fixtures.bytes(source), to: "\(root)/Bob/Bob_0001.jpg")
        let same = try CommandRun(["align", root, "-o", "\(folder)/out"])
        #expect(same.status == 2 && same.errors.contains("would both need the path Bob/Bob_0001.png"))
        try FileManager.default.removeItem(atPath: "\(root)/Bob/Bob_0001.jpg")
        try FileManager.default.moveItem(atPath: "\(root)/Bob", toPath: "\(root)/Ann/Ann_0001.png.d")
        try FileManager.default.removeItem(atPath: "\(root)/Ann/Ann_0001.png")
        try FileManager.default.moveItem(atPath: "\(root)/Ann/Ann_0001.png.d", toPath: "\(root)/Ann/Ann_0002.jpg.png")
        Fixtures.write(try Fixtures.bytes(source), to: "\(root)/Ann/Ann_0002.jpg.jpg")
        let folderInTheWay = try CommandRun(["align", root, "-o", "\(folder)/out"])
        #expect(
            folderInTheWay.status == 2 && folderInTheWay.errors.contains("both need the path Ann/Ann_0002.jpg.png;"),
            "\(folderInTheWay.errors)")
        #expect(try CommandRun(["align", source, "-o", "\(folder)/no/such"]).errors.contains("does not exist"))
        #expect(try CommandRun(["align", source, "-o", source]).status == 2)
        let empty = Fixtures.temporaryFolder()
        #expect(try CommandRun(["align", empty, "-o", "\(folder)/out"]).errors.contains("holds no picture"))
        #expect(try CommandRun(["align", source]).status == 64)
        #expect(try CommandRun(["align", "-o", "\(folder)/out"]).status == 64)
        #expect(try CommandRun(["align", source, "-o", "\(folder)/out", "--mtcnn-margin", "112"]).status == 64)
        #expect(try CommandRun(["align", source, "-o", "\(folder)/out", "--thresholds", "0.6,0.7"]).status == 64)
        #expect(FileIdentity(path: "\(folder)/out") == nil)
    }

    @Test("Missing detector weights are reported with instructions to get them") func missingWeightsAreToldWithTheWayToGetThem() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/out", "--mtcnn-weights", folder])
        #expect(run.status == 2 && run.errors.contains("make setup") && run.errors.contains(folder))
        let wrong = "\(folder)/wrong"
        try FileManager.default.createDirectory(atPath: wrong, withIntermediateDirectories: true)
        for name in ["pnet", "rnet", "onet"] { Fixtures.write(try Fixtures.bytes(Fixtures.mtcnn + "/pnet.pt"), to: "\(wrong)/\(name).pt") }
        let other = try CommandRun(["align", source, "-o", "\(folder)/out", "--mtcnn-weights", wrong])
        #expect(other.status == 2 && other.errors.contains("\(wrong)/rnet.pt: is not MTCNN's rnet but mtcnn_pnet"), "\(other.errors)")
        let bare = try CommandRun(
            ["align", source, "-o", "\(folder)/out"], shellPrefix: "unset CONVERT_DATA HOME; XDG_DATA_HOME='\(folder)/none'")
        // What a package brings along is next to the program's folder.
        let folders = ["\(folder)/none/convert/mtcnn", "/share/pthconvert/mtcnn", "/usr/local/share/convert/mtcnn"]
        #expect(bare.status == 2 && folders.allSatisfy { bare.errors.contains($0) }, "\(bare.errors)")
        #expect(FileIdentity(path: "\(folder)/out") == nil)
    }

    @Test("Crops that cannot be written are reported and the others are written") func whatCannotBeWrittenIsToldAndTheOthersAreDone() throws
    {
        let root = try tree()
        // A file is where a folder is needed.
        let out = "\(folder)/out"
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        Fixtures.write([1], to: "\(out)/Ann")
        let run = try CommandRun(["align", root, "-o", out])
        #expect(run.status == 1 && run.errors.contains("2 of 3 pictures could not be aligned"), "\(run.errors)")
        #expect(FileIdentity(path: "\(out)/Bob/Bob_0001.png") != nil)
        let table = String(decoding: try Fixtures.bytes("\(out)/faces.csv"), as: UTF8.self).split(separator: "\n")
        #expect(table.count == 2 && table[1].hasPrefix("Bob/Bob_0001.png,"))
    }

    @Test("Dangling links are reported, and file names that are not text are ordinary names")
    func linksToNowhereAreReportedAndNamesThatAreNotTextAreNamesLikeOthers() throws {
        let root = try tree()
        try FileManager.default.createSymbolicLink(atPath: "\(root)/gone.jpg", withDestinationPath: "\(folder)/nothing")
        // A name that is not UTF-8 cannot be expressed as a Swift string.
        let prefix = "cp '\(source)' $'\(root)/\\xff.png';"
        let run = try CommandRun(["align", root, "-o", "\(folder)/out"], shellPrefix: prefix)
        #expect(run.status == 1 && run.errors.contains("gone.jpg: no such file") && run.errors.contains("1 of 5"), "\(run.errors)")
        #expect(try FolderListing.names(in: "\(folder)/out").contains { PathText.bytes($0) == [0xFF] + Array(".png".utf8) })
    }

    @Test("A terminal shows a progress bar that is redrawn and cleared") func aTerminalSeesABarThatIsDrawnAnewAndTakenAway() throws {
        // `script` gives the program a terminal and prints the program's output.
        let run = try CommandRun(
            [], shellPrefix: "exec script -qec \"'\(CommandRun.binary)' align '\(try tree())' -o '\(folder)/out' --threads 1\" /dev/null;")
        #expect(run.output.contains("\r\u{1B}[2K["), "\(run.output) \(run.errors)")
        #expect(run.output.contains("\r\u{1B}[2K\(folder)/out: 3 crops") && !run.output.contains("\\u{1b}"), "\(run.output)")
    }

    @Test("A full disk stops the work") func aFullDiskEndsTheWork() throws {
        let run = try CommandRun(["align", try tree(), "-o", "\(folder)/out"], shellPrefix: "ulimit -f 1;")
        #expect(run.status == 2 && run.errors.contains("there is no room for it"), "\(run.errors)")
        #expect(FileIdentity(path: "\(folder)/out/faces.csv") == nil)
    }

    @Test("Stopping leaves no partly written file") func stoppingLeavesNoHalfWrittenFile() throws {
        let root = try tree()
        for index in 0..<40 { Fixtures.write(try Fixtures.bytes(source), to: "\(root)/\(index).png") }
        for round in 0..<6 {
            let out = "\(folder)/out\(round)"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandRun.binary)
            process.arguments = ["align", root, "-o", out, "--preprocess", "resize", "--draw", "--threads", "4"]
            let errors = Pipe()
            (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
            try process.run()
            func written() -> Int {
                (try? FileManager.default.contentsOfDirectory(atPath: out))?.count { $0.hasSuffix(".png") && $0.first != "." } ?? 0
            }
            let limit = ContinuousClock.now + .seconds(30)
            while written() < 3 + 8 * round, process.isRunning, ContinuousClock.now < limit { usleep(200) }
            kill(process.processIdentifier, SIGTERM)
            let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && said.contains("convert: stopped"), "\(said)")
            #expect(!said.contains("could not be written"), "\(said)")
            let left = FileManager.default.enumerator(atPath: out)?.allObjects.compactMap { $0 as? String } ?? []
            #expect(!left.isEmpty && left.allSatisfy { !$0.hasSuffix(".part") }, "\(left)")
        }
    }

    @Test("A closed stdout is an error, and no file takes its descriptor") func aClosedStdoutIsAnErrorAndNoFileTakesItsPlace() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/out", "--preprocess", "resize"], shellPrefix: "exec >&-;")
        #expect(run.status == 2 && run.errors.contains("could not be written"), "\(run.errors)")
        let crop = try DecodedImage(path: "\(folder)/out/source.png")
        #expect(crop.width == 112)
    }

    @Test("A full disk behind stdout is an error") func aFullDiskBehindStdoutIsAnError() throws {
        let run = try CommandRun(["align", source, "-o", "\(folder)/out", "--preprocess", "resize"], shellPrefix: "exec >/dev/full;")
        #expect(run.status == 2 && run.errors.contains("could not be written"), "\(run.errors)")
    }
}
