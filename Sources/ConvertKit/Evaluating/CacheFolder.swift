import ConvertFiles
import Glibc

/// Where crops and embeddings are cached from one run to the next: files of `RecordLog`, named by all that their contents depend on.
public struct CacheFolder: Sendable {
    /// The folder.
    public let path: String

    private static let crops = "crops-"
    private static let embeddings = "embeddings-"
    private static let ending = ".records"

    /// `XDG_CACHE_HOME/convert`, else `~/.cache/convert`; nil if neither is known.
    public static var usual: String? {
        (EnvironmentVariable.path("XDG_CACHE_HOME") ?? EnvironmentVariable.path("HOME").map { $0 + "/.cache" }).map { $0 + "/convert" }
    }

    /// Opens a folder, or creates it for its owner alone (mode 0700).
    /// - Parameter path: nil for the usual one, whose parent is created too.
    /// - Throws: `CacheError`; `FileError.notPrivate` for a folder that belongs to a different user, or one that others may write to.
    init(_ path: String?) throws {
        if let path {
            self.path = path
        } else {
            guard let usual = CacheFolder.usual else { throw CacheError.noHome }
            self.path = usual
        }
        do {
            if path == nil { try OutputFolder.create(PathText.folder(self.path), mode: 0o700) }
            try OutputFolder.create(self.path, mode: 0o700)
        } catch FileError.writeFailed(_, let reason) {
            throw CacheError.noFolder(path: self.path, reason: reason)
        } catch FileError.outputFolderMissing(_, let folder) {
            throw CacheError.noFolder(path: self.path, reason: "\(folder) does not exist")
        }
        try FilePrivacy.check(self.path)
        guard access(PathText.system(self.path), W_OK | X_OK) == 0 else {
            throw CacheError.noFolder(path: self.path, reason: "it cannot be written to")
        }
    }

    /// The folder for a run that can do without it: nil, with an event, if the usual folder cannot be used, or if a different user may
    /// have written to the one that was named. Throws if the named one cannot be had.
    static func ifUsable(_ path: String?, events: EventHandler) throws -> CacheFolder? {
        do { return try CacheFolder(path) } catch {
            var isExcused = path == nil
            if case FileError.notPrivate = error { isExcused = true }
            guard isExcused else { throw error }
            events(.notCached(reason: error))
            return nil
        }
    }

    /// A file of the cache; nil, with an event, if this run has to do without it.
    static func opened(_ events: EventHandler, _ log: () throws -> RecordLog?) throws -> RecordLog? {
        do { return try log() } catch let error as FileError {
            switch error {
            case .notKept, .notPrivate: events(.notCached(reason: error))
            case .inUse(let path): events(.cacheInUse(path: path))
            default: throw error
            }
            return nil
        }
    }

    /// Crops made with these settings.
    func crops(_ settings: SHA256Digest, byteCount: Int) throws -> RecordLog {
        try RecordLog(path: file(CacheFolder.crops, settings), recordCount: byteCount)
    }

    /// Embeddings made by this model of crops made with these settings.
    func embeddings(_ model: SHA256Digest, crops settings: SHA256Digest, width: Int) throws -> RecordLog {
        let both = SHA256Digest(of: Array((model.text + settings.text).utf8))
        return try RecordLog(path: file(CacheFolder.embeddings, both), recordCount: width * 4)
    }

    private func file(_ kind: String, _ digest: SHA256Digest) -> String {
        "\(path)/\(kind)\(digest.text.prefix(24))\(CacheFolder.ending)"
    }

    /// Names and sizes of the cache's own files in a folder; nothing else there is touched.
    public static func files(in folder: String) throws -> [(path: String, size: Int)] {
        var status = stat()
        if stat(PathText.system(folder), &status) != 0, errno == ENOENT { return [] }
        var found: [(String, Int)] = []
        for name in try FolderListing.names(in: folder) {
            guard let kind = [crops, embeddings].first(where: { name.hasPrefix($0) }), name.hasSuffix(ending) else { continue }
            let digits = name.dropFirst(kind.count).dropLast(ending.count)
            // Somebody else's file may have a name like these; the cache's own also begin with its signature.
            guard digits.count == 24, digits.allSatisfy(\.isHexDigit), RecordLog.isOne(at: "\(folder)/\(name)") else { continue }
            found.append(("\(folder)/\(name)", FileIdentity(path: "\(folder)/\(name)")?.size ?? 0))
        }
        return found.sorted { $0.0 < $1.0 }
    }
}

/// What keeps work from being cached.
public enum CacheError: DescribedError, Equatable {
    /// Nothing says where the cache should be.
    case noHome
    /// There is no folder, or none that can be written to.
    case noFolder(path: String, reason: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .noHome: "there is no folder for a cache: neither XDG_CACHE_HOME nor HOME is set"
        case .noFolder(let path, let reason): "\(path): crops and embeddings cannot be cached there (\(reason))"
        }
    }
    /// What to do about it.
    public var remedy: String { "name a folder, or go without a cache" }
    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [.cache, .noCache] }
}
