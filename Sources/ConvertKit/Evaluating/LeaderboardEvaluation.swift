import ConvertFiles
import ConvertInference
import ConvertJSON
import Exporters
import Verifier

/// Several models evaluated on the same pairs of pictures. Faces are found once for all models that take the same crops, and each picture goes
/// through all of their networks. A model that cannot be evaluated does not stop the others.
public struct LeaderboardEvaluation {
    /// Models that take the same crops.
    private struct Group {
        var loaded: [LoadedModel] = []
        var embedders: [Embedder] = []
        /// Each model's index among the files.
        var places: [Int] = []
    }

    private let request: EvaluationRequest
    private let names: [String]
    private var groups: [Group] = []
    private var failures: [Int: any Error] = [:]
    private let boardFolder: LeaderboardFolder?

    /// Endings by which files of models are found in folders.
    public static let endings = FormatRegistry.formats.flatMap { $0.extensions }

    /// Opens all models, and finds everything that can be found wrong before the long work.
    /// - Parameters:
    ///   - request: what is evaluated; its model says how each file is read, and its folder for the report gets a folder for each model.
    ///   - files: the models.
    /// - Throws: `LeaderboardError`; whatever is wrong with the pairs or the folder. What is wrong with a model is an event.
    public init(_ request: EvaluationRequest, files: FileSelection, events: EventHandler = { _ in }) throws {
        var request = request
        let outputFolder = request.judging.outputFolder
        request.judging.outputFolder = nil
        request.model.allowsPlain = true
        names = try LeaderboardEvaluation.names(files.items.map(\.path), areFolders: outputFolder != nil)
        self.request = request
        try Evaluation.check(request)
        var keys: [String: Int] = [:]
        var completed = request
        _ = ProtocolChoices.complete(&completed)
        for (place, item) in files.items.enumerated() {
            do {
                if let obstacle = item.obstacle { throw obstacle }
                var source = request.model
                source.path = item.path
                let loaded = try source.load()
                loaded.report(to: events)
                let embedder = try Embedder(
                    loaded, mirror: completed.mirror ?? .none, imageSize: completed.faces.imageSize, options: completed.executor)
                let key = try LeaderboardEvaluation.crops(completed, of: embedder)
                let group = keys[key] ?? groups.count
                keys[key] = group
                if group == groups.count { groups.append(Group()) }
                groups[group].loaded.append(loaded)
                groups[group].embedders.append(embedder)
                groups[group].places.append(place)
            } catch {
                failures[place] = error
                events(.modelFailed(path: item.path, reason: error))
            }
        }
        let inputs = groups.flatMap(\.loaded).map(\.opened.file.identity)
        boardFolder = try outputFolder.map { try LeaderboardFolder($0, replacing: request.judging.isReplacing, inputs: inputs) }
        // Nothing can be in the way in a folder that does not exist yet.
        if let outputFolder, try OutputFolder.check(outputFolder) { _ = try reportFolders(in: outputFolder, inputs: inputs) }
    }

    /// What a model's crops depend on.
    private static func crops(_ request: EvaluationRequest, of embedder: Embedder) throws -> String {
        guard request.cropsFolder == nil else { return "\(embedder.imageSize)" }
        var faces = try FaceSettings(request.faces, contract: embedder.model.contract)
        faces.imageSize = embedder.imageSize
        try faces.checkTemplate()
        return JSONValue.object(faces.json).text(pretty: false)
    }

    /// What the models are called: their files' base names, or their paths if two have the same.
    private static func names(_ paths: [String], areFolders: Bool) throws(LeaderboardError) -> [String] {
        var seen: [ExactText: String] = [:]
        var areDistinct = true
        for path in paths {
            let name = PathText.baseName(path)
            if areFolders, LeaderboardFolder.names.contains(name) { throw .reservedName(path: path) }
            if let first = seen[ExactText(name)] {
                areDistinct = false
                guard !areFolders, ExactText(first) != ExactText(path) else { throw .sameName(name: name, first: first, second: path) }
            }
            seen[ExactText(name)] = path
        }
        return areDistinct ? paths.map(PathText.baseName) : paths
    }

    private func reportFolders(in folder: String, inputs: [FileIdentity]) throws -> [Int: ReportFolder] {
        var folders: [Int: ReportFolder] = [:]
        for place in groups.flatMap(\.places) {
            folders[place] = try ReportFolder(
                PathText.join(folder, names[place]), replacing: request.judging.isReplacing, contents: request.contents, inputs: inputs)
        }
        return folders
    }

    /// What was found.
    public struct Result: Sendable {
        /// All models.
        package let board: Leaderboard
        /// Each model's own files, if any were written, and what was written for all.
        package let folder: String?
        package let written: [String]
        /// What the work on pictures took, and how many images it was; those that were cut in several ways count each time.
        package let (times, images): (EvaluationTimes, Int)

        /// Whether every model could be evaluated.
        public var isComplete: Bool { board.failures.isEmpty }
        /// Whether those that were are as expected.
        public var isMet: Bool { board.isMet }
        /// The leaderboard as JSON, as the file leaderboard.json has it.
        public var json: String { JSONValue.object(board.json).text(pretty: true) }
    }

    /// Runs it.
    public func run(events: EventHandler = { _ in }) throws -> Result {
        var (entries, failures): ([Leaderboard.Entry], [Int: any Error]) = ([], failures)
        var (times, images) = (EvaluationTimes(), 0)
        if let boardFolder, !groups.isEmpty { try OutputFolder.create(boardFolder.path) }
        let inputs = groups.flatMap(\.loaded).map(\.opened.file.identity)
        let folders = try boardFolder.map { try reportFolders(in: $0.path, inputs: inputs) } ?? [:]
        for group in groups {
            let evaluation = try Evaluation(request) { _ in EvaluatedModels(loaded: group.loaded, embedders: group.embedders) }
            let made = try evaluation.embed(endsAtModelFailure: false, events: events)
            times.add(made.run.times)
            images += made.run.names.count
            for (index, place) in group.places.enumerated() {
                if let failure = made.run.modelFailures[index] {
                    failures[place] = failure
                    events(.modelFailed(path: names[place], reason: failure))
                    continue
                }
                let result = try evaluation.conclude(made, model: index, against: nil, folder: folders[place])
                let model = group.embedders[index].model
                entries.append(
                    Leaderboard.Entry(
                        name: names[place], network: model.architecture.name,
                        byteCount: group.loaded[index].opened.sources.reduce(0) { $0 + $1.bytes.count },
                        parameterCount: model.parameterCount, evaluation: result.report.evaluation, judgment: result.report.judgment,
                        speed: result.speed, folder: folders[place] == nil ? nil : names[place]))
            }
        }
        let board = Leaderboard(
            entries,
            failures: failures.sorted { $0.key < $1.key }.map {
                .init(name: names[$0.key], reason: LeaderboardEvaluation.reason($0.value))
            },
            showsSpeed: request.reportsTime)
        let written = board.entries.isEmpty ? [] : try boardFolder?.write(board) ?? []
        return Result(
            board: board, folder: board.entries.isEmpty ? nil : boardFolder?.path, written: written, times: times, images: images)
    }

    private static func reason(_ error: any Error) -> String { (error as? any DescribedError)?.problem ?? "\(error)" }
}

/// What keeps several models from being set side by side.
public enum LeaderboardError: DescribedError, Equatable {
    /// Two files have one name, so that their reports would be in one folder; or a file is given twice.
    case sameName(name: String, first: String, second: String)
    /// A file is called like one of the leaderboard's own.
    case reservedName(path: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .sameName(_, let first, let second) where ExactText(first) == ExactText(second): "\(first) is given twice"
        case .sameName(let name, let first, let second): "the reports of \(first) and \(second) would both go to a folder \(name)"
        case .reservedName(let path): "\(path): is called like a file of the leaderboard, and its report needs a folder of that name"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .sameName(_, let first, let second) where ExactText(first) == ExactText(second): "give it once"
        case .sameName: "rename one of the files, or write no reports"
        case .reservedName: "rename the file"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [] }
}
