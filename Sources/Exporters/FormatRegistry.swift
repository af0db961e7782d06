import ConvertFiles
import PthReader

/// All formats, one line each. Files are read by content and written by the output's extension.
package enum FormatRegistry {
    /// All formats; the first that recognizes a file reads it.
    package static let formats: [any FileFormat.Type] = [
        FlatFormat.self,
        ONNXFormat.self,
        HDF5Format.self,
        SafetensorsFormat.self,
        PthFormat.self,
    ]

    /// Opens a file by its content: one of the formats, or the index of a sharded checkpoint. Throws an error that names the content, if
    /// possible, when no format recognizes it; likewise for a folder.
    package static func open(_ path: String, options: OpenOptions = OpenOptions()) throws -> OpenedFile {
        let file = try mapped(path)
        if ShardIndex.recognizes(file.bytes) { return try ShardedCheckpoint.open(file, options: options) }
        // The first byte of zstd could also begin a pickle.
        if let packed = PackedContent.refusal(file.bytes) { throw packed }
        if let shard = DistributedCheckpoint.refusal(of: file) { throw shard }
        guard let format = formats.first(where: { $0.recognizes(file.bytes) }) else { throw ContainerKind.refusal(file.bytes) }
        let opened = try format.open(file, options: options)
        if options.stateDictPath != nil, opened.checkpoint == nil {
            throw ExportError.notForFormat(.stateDict, format: opened.format)
        }
        if options.dequantizes, !options.allowsPlain, opened.selection?.dequantizedNames.isEmpty != false {
            throw ExportError.nothingToDequantize(file: file.path)
        }
        return opened
    }

    private static func mapped(_ path: String) throws -> MappedFile {
        do throws(FileError) {
            return try MappedFile(path: path)
        } catch {
            if case .directory = error { throw FolderContents.refusal(path) }
            throw error
        }
    }

    /// The format that an output's extension asks for; nil if no format has it.
    package static func format(forOutput path: String) -> (any FileFormat.Type)? {
        let ending = PathText.ending(path).lowercased()
        return formats.first { $0.extensions.contains(ending) }
    }

    /// The format with this name or extension, in any case; nil if there is none.
    package static func format(named name: String) -> (any FileFormat.Type)? {
        formats.first { $0.name == name.lowercased() || $0.extensions.contains(name.lowercased()) }
    }
}
