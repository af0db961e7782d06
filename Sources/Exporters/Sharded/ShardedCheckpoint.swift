import ConvertFiles
import ConvertIR
import PthReader

/// Reads a sharded checkpoint as one state dict: every tensor from the file that the index names, in the index's order.
package enum ShardedCheckpoint {
    /// The paths of the shards if a file is the index of a sharded checkpoint; nil for all other files. Throws `ShardError`.
    package static func shardPaths(of file: MappedFile) throws -> [String]? {
        guard ShardIndex.recognizes(file.bytes) else { return nil }
        let folder = PathText.folder(file.path)
        return try ShardIndex(file).shards.map { PathText.join(folder, $0) }
    }

    /// Opens the index and all its shards. Throws `ShardError` if a shard or a tensor is missing or is not where the index says.
    static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        for (isGiven, decision) in [(options.stateDictPath != nil, Decision.stateDict), (options.dequantizes, .dequantize)] where isGiven {
            throw ExportError.notForFormat(decision, format: "a checkpoint in several files")
        }
        let index = try ShardIndex(file)
        let folder = PathText.folder(file.path)
        var opened: [(name: String, file: OpenedFile)] = []
        for name in index.shards { opened.append((name, try shard(name, in: folder, index: file.path))) }
        let weights = try join(index, opened, file: file)
        let format = opened.first?.file.format ?? SafetensorsFormat.name
        var facts = [
            FileFact(name: "container", text: "\(opened.count) shards of \(format), joined by an index"),
            FileFact(
                name: "shards", text: opened.map { "\($0.name) (\(NumberText.bytes($0.file.file.bytes.count)))" }.joined(separator: ", ")),
        ]
        let byteCount = weights.entries.reduce(0) { $0 + $1.tensor.byteCount }
        if let total = index.totalSize {
            facts.append(FileFact(name: "total size", text: "\(NumberText.grouped(total)) bytes, as the index says"))
            if total != byteCount, total != weights.byteCount {
                facts.append(
                    FileFact(
                        name: FileFact.warning,
                        text: "the index says total_size \(total), but the tensors of the shards take \(byteCount) bytes"))
            }
        }
        for shard in opened {
            for fact in shard.file.facts where fact.name == FileFact.warning {
                facts.append(FileFact(name: fact.name, text: "\(shard.name): \(fact.text)"))
            }
        }
        var joined = OpenedFile(
            file: file, format: format, facts: facts, weights: weights, document: nil,
            groups: groups(of: opened, index: file),
            checksums: opened.flatMap { shard in
                shard.file.checksums.map { check in FileCheck(name: "\(shard.name): \(check.name)") { try check.run() } }
            },
            companions: opened.map(\.file.file))
        joined.safety = SafetyScan.joined(opened.compactMap(\.file.safety))
        return joined
    }

    private static func shard(_ name: String, in folder: String, index: String) throws -> OpenedFile {
        let mapped: MappedFile
        do throws(FileError) {
            mapped = try MappedFile(path: PathText.join(folder, name))
        } catch {
            if case .missing = error { throw ShardError.missingShard(file: index, shard: name) }
            throw error
        }
        let formats: [any FileFormat.Type] = [SafetensorsFormat.self, PthFormat.self]
        guard let format = formats.first(where: { $0.recognizes(mapped.bytes) }) else {
            throw ShardError.unreadableShard(file: index, shard: name)
        }
        let opened = try format.open(mapped, options: OpenOptions())
        if let failure = opened.stateDictError { throw failure }
        guard opened.weights != nil else { throw ShardError.unreadableShard(file: index, shard: name) }
        return opened
    }

    private static func join(_ index: ShardIndex, _ opened: [(name: String, file: OpenedFile)], file: MappedFile) throws -> Weights {
        var byShard: [ExactText: Weights] = [:]
        for shard in opened { byShard[ExactText(shard.name)] = shard.file.weights }
        var entries: [Weights.Entry] = []
        var listed: [ExactText: ExactText] = [:]
        for (name, shard) in index.places {
            listed[ExactText(name)] = ExactText(shard)
            guard let tensor = byShard[ExactText(shard)]?[name] else {
                let other = opened.first { $0.file.weights?[name] != nil }
                throw ShardError.missingTensor(file: file.path, name: name, shard: shard, foundIn: other?.name)
            }
            entries.append(Weights.Entry(name: name, tensor: tensor))
        }
        // Loaders take whole shards: a tensor that the index puts elsewhere, or does not list, would come along or replace another.
        for shard in opened {
            for entry in shard.file.weights?.entries ?? [] where listed[ExactText(entry.name)] != ExactText(shard.name) {
                throw ShardError.unlistedTensor(file: file.path, name: entry.name, shard: shard.name)
            }
        }
        return Weights(
            entries: entries, metadata: index.metadata,
            provenance: Provenance(source: file.name, format: opened.first?.file.format ?? SafetensorsFormat.name, stateDictPath: ""))
    }

    private static func groups(of opened: [(name: String, file: OpenedFile)], index: MappedFile) -> [OpenedFile.Group] {
        var names: [String] = []
        var bytes: [String: Int] = [:]
        for group in opened.flatMap(\.file.groups) + [OpenedFile.Group(name: "container", byteCount: index.bytes.count)] {
            if bytes[group.name] == nil { names.append(group.name) }
            bytes[group.name, default: 0] += group.byteCount
        }
        return names.map { OpenedFile.Group(name: $0, byteCount: bytes[$0] ?? 0) }
    }
}
