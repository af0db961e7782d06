import ConvertFiles
import ConvertJSON

/// The crops and tables of an alignment from its parts: byte for byte those of the alignment of all pictures at once.
public struct MergedAlignment {
    private let parts: PartSet

    init(_ parts: PartSet) { self.parts = parts }

    /// Writes crops and tables into a folder.
    func write(to folder: String, replacing: Bool, events: EventHandler) throws -> MergeReport {
        let settings = parts.identity.settings
        guard let faces = settings["faces"]?.object, let writesCrops = settings["crops"]?.boolean,
            let draws = settings["drawings"]?.boolean
        else {
            throw ShardError.damagedPart(path: parts.folder.path, reason: "the settings of an alignment are not complete")
        }
        var tree = AlignedTree(folder)
        (tree.isReplacing, tree.writesCrops, tree.draws) = (replacing, writesCrops, draws)
        var names: [AlignedTree.Picture] = []
        try parts.forEach { record in
            guard record.failure == nil, let name = record.meta["name"]?.string else { return }
            guard Manifest.leadsBelow(name) else {
                throw ShardError.damagedPart(path: parts.folder.path, reason: "a record's path does not lead below a folder")
            }
            names.append(.init(path: name, name: name))
        }
        // Crops are those of the same merge, which was stopped.
        let unfinished = Unfinished(in: folder, name: "merge", parts.identity, paths: parts.files)
        if unfinished.isBegun { tree.isReplacing = true }
        try AlignedTree.check(names: names)
        try tree.check(names)
        try tree.prepare()
        try unfinished.begin()
        var report = MergeReport(work: parts.identity.work, output: folder, parts: parts.parts.count)
        var table = try FaceTableFiles(tree, faces)
        try parts.forEach { record in
            report.items += 1
            events(.progress(done: report.items, total: parts.items, unit: .pictures))
            if report.take(record, events) { return }
            guard let name = record.meta["name"]?.string, let row = FaceTable.Row(record), let length = record.meta["crop"]?.integer,
                0...record.payload.count ~= length
            else { throw ShardError.damagedPart(path: parts.folder.path, reason: "a record is not that of a picture") }
            try tree.write(
                .init(
                    crop: writesCrops ? Array(record.payload[..<length]) : nil,
                    drawing: draws ? Array(record.payload[length...]) : nil), of: name)
            try table.append(row)
        }
        try table.finish()
        unfinished.remove()
        return report
    }
}
