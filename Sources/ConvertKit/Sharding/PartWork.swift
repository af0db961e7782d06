import ConvertFiles

/// Which part of a manifest's files is worked on, and where its result goes.
public struct ShardRequest: Sendable {
    /// The part.
    public var shard: Shard
    /// The list that is divided.
    public var manifest: String
    /// The folder that all parts go to.
    public var folder: String

    /// A part of the files in a manifest.
    public init(_ shard: Shard, manifest: String, folder: String) {
        (self.shard, self.manifest, self.folder) = (shard, manifest, folder)
    }
}

/// What came of one part.
public struct PartReport: Sendable {
    /// The part.
    public let shard: Shard
    /// The folder that it is in.
    public let folder: String
    /// Whether it was there already, made in the same way.
    public let wasThere: Bool
    /// Items that an earlier task of the same part had done.
    public let resumed: Int
    /// Items of the part.
    public let count: Int
    /// Those that were used, and those that could not be.
    public let done, failed: Int
    /// Items in which a face was looked for and not found.
    public let withoutFace: Int
}

/// One part of any work: what is there is checked and skipped, what was begun goes on.
struct PartWork: Sendable {
    let folder: PartFolder
    let shard: Shard
    let identity: PartIdentity
    /// Items of the whole list.
    let items: Int

    /// - Parameter make: appends the records of these items to the writer, in order.
    func run(_ make: (PartWriter, Range<Int>) throws -> Void) throws -> PartReport {
        try OutputFolder.create(folder.path)
        if let other = try folder.finished().first(where: { $0.count != shard.count }) {
            throw ShardError.otherDivision(path: folder.description(other), there: other.count, here: shard.count)
        }
        do {
            if let there = try PartDescription(folder, shard) {
                try there.check(identity, at: folder.description(shard))
                if there.fits(folder) { return report(there, wasThere: true, resumed: 0) }
                // A description whose data are gone or damaged says nothing.
                PartFolder.removeFile(folder.description(shard))
            }
        } catch ShardError.damagedPart { PartFolder.removeFile(folder.description(shard)) } catch FileError.empty {
            PartFolder.removeFile(folder.description(shard))
        }
        let range = shard.range(of: items)
        do {
            let writer = try PartWriter(folder, shard, identity, items: items)
            let resumed = writer.done
            if resumed < range.count { try make(writer, range.lowerBound + resumed..<range.upperBound) }
            return report(try writer.finish(), wasThere: false, resumed: resumed)
        } catch {
            // A second task of the same part may have finished it, and removed what was kept of it.
            guard let there = try? PartDescription(folder, shard), there.identity == identity, there.fits(folder) else { throw error }
            return report(there, wasThere: true, resumed: 0)
        }
    }

    private func report(_ part: PartDescription, wasThere: Bool, resumed: Int) -> PartReport {
        PartReport(
            shard: shard, folder: folder.path, wasThere: wasThere, resumed: resumed, count: part.range.count, done: part.done,
            failed: part.failed, withoutFace: part.missed)
    }

    /// Whether a failure is the picture's own, which every start would meet again, and not the disk's or the memory's.
    static func isLasting(_ error: any Error) -> Bool {
        switch error {
        case FileError.empty: true
        case is FileError, is ShardError: false
        default: true
        }
    }
}
