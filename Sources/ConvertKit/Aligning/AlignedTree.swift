import ConvertFaces
import ConvertFiles
import ConvertJSON

/// The folder that crops go to, in the same tree as their pictures.
public struct AlignedTree: Sendable {
    /// A picture, and its path below the folder that was named.
    public struct Picture: Sendable {
        /// Its file.
        public let path: String
        /// Its path below the folder that was named, or its base name.
        public let name: String
    }

    /// The folder that crops and tables go to.
    public let folder: String
    /// Whether files may be replaced.
    public var isReplacing = false
    /// Whether pictures with boxes and landmarks are written.
    public var draws = false
    /// Whether crops are written, or only the tables.
    public var writesCrops = true

    /// A folder that gets crops and tables and replaces nothing.
    public init(_ folder: String) { self.folder = folder }

    /// The pictures of all operands. Throws if two would have one name, or a folder holds none.
    public static func pictures(_ operands: [String]) throws -> [Picture] {
        var pictures: [Picture] = []
        for operand in operands {
            let paths = try ImageFiles.list([operand])
            // A folder's own name is taken off; a file keeps its last part.
            let isFolder = paths != [operand]
            pictures += paths.map { path in
                Picture(path: path, name: (isFolder ? PathText.below(operand, path) : nil) ?? PathText.baseName(path))
            }
        }
        try check(names: pictures)
        return pictures
    }

    /// Throws if two pictures would have one name.
    static func check(names pictures: [Picture]) throws(AlignedTreeError) {
        var seen: [ExactText: String] = [:]
        for picture in pictures {
            let crop = cropName(picture.name)
            if let other = seen.updateValue(picture.path, forKey: ExactText(crop)) {
                throw AlignedTreeError.sameName(first: other, second: picture.path, crop: crop)
            }
        }
        // A drawing must not take another picture's crop's place either, in whatever order they come.
        for picture in pictures {
            if let other = seen[ExactText(drawingName(picture.name))] {
                throw AlignedTreeError.sameName(first: picture.path, second: other, crop: drawingName(picture.name))
            }
        }
        // Nor must a crop be where a folder of others has to be.
        for picture in pictures {
            var folder = PathText.folder(picture.name)
            while folder != ".", folder != "/" {
                if let other = seen[ExactText(folder)] { throw AlignedTreeError.sameName(first: other, second: picture.path, crop: folder) }
                folder = PathText.folder(folder)
            }
        }
    }

    private static func cropName(_ name: String) -> String { PathText.stem(name) + ".png" }
    private static func drawingName(_ name: String) -> String { PathText.stem(name) + ".faces.png" }

    /// Everything that can be known before the work: the folder is there or can be created, and no file is in the way.
    func check(_ pictures: [Picture]) throws {
        guard try OutputFolder.check(folder) else { return }
        var names = ["faces.csv", "faces.json"]
        if writesCrops { names += pictures.map { AlignedTree.cropName($0.name) } }
        if draws { names += pictures.map { AlignedTree.drawingName($0.name) } }
        let inputs = Set(pictures.compactMap { FileIdentity(path: $0.path)?.place })
        for name in names {
            try OutputFolder.check("\(folder)/\(name)", within: folder)
            guard let there = FileIdentity(path: "\(folder)/\(name)") else { continue }
            if inputs.contains(there.place) { throw FileError.outputIsInput(path: "\(folder)/\(name)") }
            if !isReplacing { throw FileError.outputExists(path: "\(folder)/\(name)") }
        }
    }

    /// Creates the folder itself.
    func prepare() throws { try OutputFolder.create(folder) }

    /// What a picture's files hold; nil for a file that is not wanted.
    struct Images: Sendable {
        var crop, drawing: [UInt8]?

        /// SHA-256 of each that is there, the crop's first.
        var digests: [String] { [crop, drawing].compactMap { $0.map { SHA256Digest(of: $0).text } } }
    }

    /// Whether all files of a picture are there, and hold what was written.
    /// - Parameter digests: SHA-256 of each, as `Images.digests` gives them.
    func hasFiles(of name: String, digests: [String]) -> Bool {
        let names = (writesCrops ? [AlignedTree.cropName(name)] : []) + (draws ? [AlignedTree.drawingName(name)] : [])
        guard names.count == digests.count else { return false }
        return zip(names, digests).allSatisfy { name, digest in
            (try? MappedFile(path: "\(folder)/\(name)")).map { SHA256Digest(of: $0.bytes).text } == digest
        }
    }

    /// A picture's files as PNG.
    func images(_ aligned: FaceAligner.Aligned) throws -> Images {
        Images(crop: writesCrops ? try aligned.crop.png() : nil, drawing: draws ? try FaceDrawing.draw(aligned).png() : nil)
    }

    /// Writes a picture's files, on any thread; folders on their way are created. Throws if one cannot be written.
    func write(_ images: Images, of name: String) throws {
        guard images.crop != nil || images.drawing != nil else { return }
        var path = folder
        for part in PathText.components(name).dropLast() {
            path = PathText.join(path, part)
            try OutputFolder.check(path, within: folder)
            try OutputFolder.create(path)
        }
        if let crop = images.crop { try write(crop, AlignedTree.cropName(name)) }
        if let drawing = images.drawing { try write(drawing, AlignedTree.drawingName(name)) }
    }

    /// - Parameter settings: the members that say how faces were found and cut out.
    func write(_ table: FaceTable, _ settings: JSONObject) throws {
        try write(Array(table.csv.utf8), "faces.csv")
        try write(Array(table.json(settings).utf8), "faces.json")
    }

    /// A file in the folder.
    func file(_ name: String) throws -> OutputFile {
        try OutputFile(target: "\(folder)/\(name)", replacing: isReplacing, inputs: [], within: folder)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        let output = try file(name)
        try output.write(bytes)
        try output.commit()
    }
}

/// What keeps each crop from having a path of its own.
public enum AlignedTreeError: DescribedError, Equatable {
    /// Two pictures whose crops would have the same path.
    case sameName(first: String, second: String, crop: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .sameName(let first, let second, let crop): "\(first) and \(second) would both need the path \(crop)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .sameName: "align them into different folders, or name the folder above both"
        }
    }
}
