import ConvertFiles
import ConvertJSON

/// The folder for a leaderboard's files, in which each model's report has a folder of its own.
package struct LeaderboardFolder: Sendable {
    /// Its path.
    package let path: String
    private let isReplacing: Bool
    private let inputs: [FileIdentity]

    private static let tables = ["leaderboard.csv", "leaderboard.json"]
    private static let page = "leaderboard.html"

    /// Names of all files, in the order in which they are written.
    package static let names =
        tables + Leaderboard.plots.flatMap { plot in PlotForm.allCases.map { "\(plot.rawValue).\($0.rawValue)" } } + [page]

    /// Checks the folder, as `ReportFolder` does.
    /// - Parameters:
    ///   - replacing: whether existing files may be replaced.
    ///   - inputs: files that are read and must not be replaced.
    package init(_ path: String, replacing: Bool, inputs: [FileIdentity]) throws(FileError) {
        (self.path, isReplacing, self.inputs) = (path, replacing, inputs)
        guard try OutputFolder.check(path) else { return }
        for name in LeaderboardFolder.names {
            try OutputFile.check(target: PathText.join(path, name), replacing: replacing, inputs: inputs, within: path)
        }
    }

    /// Writes all files, each completely or not at all. They get their names only after all of them have been written.
    /// - Returns: The names of the files.
    package func write(_ board: Leaderboard) throws -> [String] {
        var contents: [(name: String, bytes: [UInt8])] = [
            (LeaderboardFolder.tables[0], board.csv),
            (LeaderboardFolder.tables[1], Array((JSONValue.object(board.json).text(pretty: true) + "\n").utf8)),
        ]
        for kind in Leaderboard.plots {
            guard let plot = board.plot(kind) else { continue }
            for form in PlotForm.allCases { contents.append(("\(kind.rawValue).\(form.rawValue)", try form.bytes(plot))) }
        }
        contents.append((LeaderboardFolder.page, Array(try board.page().utf8)))
        try OutputFolder.create(path)
        var files: [OutputFile] = []
        for (name, bytes) in contents {
            let file = try OutputFile(target: PathText.join(path, name), replacing: isReplacing, inputs: inputs, within: path)
            try file.write(bytes)
            try file.flush()
            files.append(file)
        }
        for file in files { try file.commit() }
        return contents.map(\.name)
    }
}
