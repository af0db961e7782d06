import ConvertFaces
import ConvertFiles
import ConvertKit
import Verifier

/// Events in words.
enum EventText {
    /// Something to print.
    struct Remark {
        /// What is said.
        let text: String
        /// Whether it is printed even if little is to be.
        var isUrgent = false
        /// Whether it belongs among a result's notes.
        var isNote = false
        /// Lines that stand alone, without the program's name.
        var plain: [String]?

        /// Lines as they are printed.
        var lines: [String] { plain ?? ["\(Terminal.programName): \(isNote ? "note: " : "")\(text)"] }
    }

    /// What is said if work is stopped that can be resumed.
    static let farewell = "\(Terminal.programName): stopped; run the same command again to resume"

    /// What to say of an event; nil for nothing.
    static func remark(_ event: Event) -> Remark? {
        switch event {
        case .assumed(_, let text): Remark(text: text)
        case .modelRemark(_, let text): Remark(text: "note: \(text)")
        case .resumed(let done, let total):
            Remark(
                text:
                    "resuming: \(NumberText.grouped(done)) of \(NumberText.counted(total, "picture")) \(done == 1 ? "was" : "were") done before"
            )
        case .pictureDamaged(let path, let words):
            Remark(text: "\(path): the picture is damaged (\(words)); it is used as far as it goes", isUrgent: true)
        case .pictureFailed(_, let reason), .modelFailed(_, let reason): Remark(text: ErrorText.line(reason), isUrgent: true)
        case .noFace(let path): Remark(text: "\(path): no face found; the whole picture is resized", isUrgent: true)
        case .storedTurned(let paths, let total): Remark(text: storedTurned(paths, total), isNote: true)
        case .alignedByFivePoints(let model, let selection):
            Remark(
                text: "\(model): faces are aligned by five points, as the network takes them (selection: \(selection.rawValue))")
        case .picturesAreResizedWhole(let model, let reason):
            Remark(
                text:
                    "\(model): the network takes five-point aligned faces; the pictures are resized whole, which is not the network's own "
                    + "crop, because \(ErrorText.line(reason))")
        case .wholeNumbers(let path, let element, let contract):
            Remark(
                text:
                    "\(path) holds \(element), taken as finished input; pixels need the model's mean and scale first (\(contract)), or give "
                    + "pictures as IMAGE…", isNote: true)
        case .roundedToSingle(let path):
            Remark(text: "\(path) holds float64, rounded to float32 here; --float64 keeps it", isNote: true)
        case .stepTimes(let steps, let images): Remark(text: "", isUrgent: true, plain: stepTimes(steps, images))
        case .rate(let rate, let packing, let kernels):
            Remark(text: "", isUrgent: true, plain: ["\(NumberText.fixed(rate, 2)) images/s, packed in \(packing), \(kernels)"])
        case .networkTime(let milliseconds, let pictures):
            Remark(
                text: "", isUrgent: true,
                plain: ["\(NumberText.counted(pictures, "picture")): \(NumberText.fixed(milliseconds, 3)) ms each in the network"])
        case .protocolFollowed, .givenCrops, .differentCrops, .setIsAligned, .otherEnding, .imagesMissing, .otherEdition, .imageLeftOut,
            .imageUnusable:
            evaluationRemark(event)
        case .notCached, .cacheInUse, .cacheComplaint, .cached, .cachingEnded, .cacheRepaired: cacheRemark(event)
        case .writing, .readingBack, .runningNetworks, .progress, .rows, .resumable: nil
        }
    }

    private static func evaluationRemark(_ event: Event) -> Remark? {
        switch event {
        case .protocolFollowed(let choices): Remark(text: protocolText(choices))
        case .givenCrops(let folder, let remark): Remark(text: "\(folder): \(givenCrops(remark))")
        case .differentCrops(let second, let first):
            Remark(text: "\(second) takes its faces cut in a different way; both models get the crops that \(first) takes")
        case .setIsAligned(let model, let margin):
            Remark(text: "\(model) takes MTCNN's box with margin \(margin); sets hold faces that are aligned by five points")
        case .otherEnding(let count, let total, let found, let listed):
            Remark(
                text:
                    "note: \(count) of \(NumberText.counted(total, "picture")) \(count == 1 ? "exists" : "exist") as .\(found) where the pairs say .\(listed), and are taken"
            )
        case .imagesMissing(let count, let first):
            Remark(
                text: "\(NumberText.counted(count, "image does", "images do")) not exist, \(first) first; "
                    + "\(count == 1 ? "its" : "their") pairs are left out")
        case .otherEdition(let edition, let isJudged):
            Remark(
                text: "the pictures are \(edition.description)"
                    + (isJudged ? "; the reference project's figures belong to LFW deep-funneled" : ""))
        case .imageLeftOut(_, let reason): Remark(text: "left out: \(ErrorText.line(reason))", isUrgent: true)
        case .imageUnusable(let reason): Remark(text: reason, isUrgent: true)
        default: nil
        }
    }

    private static func cacheRemark(_ event: Event) -> Remark? {
        switch event {
        case .notCached(let reason): Remark(text: "nothing of this run is cached: \(ErrorText.line(reason))", isUrgent: true)
        case .cacheInUse(let path):
            Remark(text: "\(path) is in use by another run; nothing is taken from it, and nothing of this run is cached")
        case .cacheComplaint(let path, let text): Remark(text: "\(path): \(text)")
        case .cached(let crops, let embeddings):
            Remark(
                text: "cached by earlier runs: \(NumberText.counted(crops, "crop")), \(NumberText.counted(embeddings, "embedding"))")
        case .cachingEnded(let reason): Remark(text: "no more of this run is cached: \(ErrorText.line(reason))", isUrgent: true)
        case .cacheRepaired(let count):
            Remark(
                text: "\(NumberText.counted(count, "cached entry was damaged and was", "cached entries were damaged and were")) made again")
        default: nil
        }
    }

    private static func protocolText(_ choices: ProtocolChoices) -> String {
        func words(_ choices: [ProtocolChoices.Choice], _ value: (ProtocolChoices.Choice) -> String) -> String {
            choices.map { "\($0.name) \(value($0))" }.joined(separator: ", ")
        }
        let departures = choices.departures
        return "--protocol \(choices.rule.rawValue) means \(words(choices.all) { $0.usual })"
            + (departures.isEmpty ? "" : "; given otherwise, and followed: \(words(departures) { $0.taken })")
    }

    private static func storedTurned(_ names: [String], _ total: Int) -> String {
        let isOne = names.count == 1
        return "EXIF says that \(names.count) of \(NumberText.counted(total, "picture")) \(isOne ? "is" : "are") stored rotated "
            + "(\(names.first ?? "")\(isOne ? "" : " first")); taken as stored, --exif follow brings \(isOne ? "it" : "them") upright"
    }

    private static func stepTimes(_ steps: [Event.StepTime], _ images: Int) -> [String] {
        let rows = steps.map { [NumberText.fixed($0.seconds * 1000, 3), $0.method, $0.name] }
        let total = steps.reduce(0) { $0 + $1.seconds } * 1000
        return TextTable.lines(rows, rightAligned: [0]) + [
            "\(NumberText.fixed(total, 3)) ms in all, for \(NumberText.counted(images, "image")) at once"
        ]
    }

    private static func givenCrops(_ remark: GivenCrops.Remark) -> String {
        switch remark {
        case .nothingSaid: "faces.json does not say how the crops were made"
        case .notInTable(let count, let total, let first):
            "\(count) of \(NumberText.counted(total, "crop")) \(count == 1 ? "is" : "are") not in faces.json, \(first) first"
        case .detectionUnknown(let count): "for \(NumberText.counted(count, "crop")) it is not known whether a face was found"
        case .madeDifferently(let others):
            "the crops were made with "
                + others.map { "\($0.setting) \($0.value ?? "not recorded") (usual: \($0.usual))" }.joined(separator: ", ")
        }
    }
}
