import ConvertFaces
import ConvertFiles
import ConvertIR

/// Where an evaluation's crops come from: a folder of finished ones, an earlier run, or the pictures themselves.
struct CropSource: Sendable {
    /// Where finished crops are, or how they are made.
    enum Way: Sendable {
        /// Finished ones, of the size that the network takes.
        case given(GivenCrops)
        /// Those of a set of pairs.
        case set(SetPictures)
        /// From pictures below a folder.
        case made(FaceAligner, root: String, isDetecting: Bool)
    }

    let way: Way
    let imageSize: GivenFacts.ImageSize
    /// Crops of earlier runs, and those of this one; nil if nothing is cached.
    let kept: RecordLog?
    /// SHA-256 of each picture's file as a manifest has it; empty if there is none.
    var expected: [ExactText: String] = [:]

    /// Bytes of a cached crop: whether a face was found, and its pixels.
    static func recordCount(_ imageSize: GivenFacts.ImageSize) -> Int { 1 + imageSize.height * imageSize.width * 3 }

    /// A crop for each name, or why there is none, made on the calling thread; several may do so at once.
    func crops(_ names: [String]) -> [Result<Crop, any Error>] {
        switch way {
        case .given(let folder): return names.map { name in Result { try folder.crop(name, size: imageSize) } }
        case .set(let pictures):
            defer { if let first = names.first, let last = names.last { pictures.set.letGo(from: first, to: last) } }
            return names.map { name in Result { try pictures.crop(name, side: imageSize.height) } }
        case .made(let aligner, let root, let isDetecting):
            var results: [Result<Crop, any Error>?] = []
            var keys: [SHA256Digest] = []
            var missing: [(index: Int, file: MappedFile)] = []
            for (index, name) in names.enumerated() {
                do {
                    let (file, key) = try open(name, below: root)
                    // Of every picture, because a cached crop does not say it.
                    let isTurned = aligner.settings.exif == .ignore && PictureOrientation(of: file.bytes) != .asStored
                    let crop = keptCrop(name, key, isDetecting, isTurned)
                    results.append(crop.map { .success($0) })
                    if crop == nil {
                        missing.append((index, file))
                        keys.append(key)
                    }
                } catch { results.append(.failure(error)) }
            }
            let made = aligner.alignHere(
                // The very bytes that the key was made of.
                missing.count, open: { try OpenedImage(missing[$0].file, exif: aligner.settings.exif) },
                make: { place, aligned in keep(aligned, names[missing[place].index], keys[place], isDetecting) })
            for (place, result) in zip(missing, made) { results[place.index] = result }
            return results.compactMap(\.self)
        }
    }

    /// A picture's file and its digest. Throws `ShardError.changed` if a manifest has a different one, also if it is empty now.
    private func open(_ name: String, below root: String) throws -> (file: MappedFile, key: SHA256Digest) {
        let path = PicturePath.of(name, below: root)
        let changed = ShardError.changed(path: path, manifest: "the manifest")
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch FileError.empty {
            if let wanted = expected[ExactText(name)], wanted != SHA256Digest.ofNothing { throw changed }
            throw FileError.empty(path: path)
        }
        let key = SHA256Digest(of: file.bytes)
        if let wanted = expected[ExactText(name)], wanted != key.text { throw changed }
        return (file, key)
    }

    /// SHA-256 of a picture's file, as a manifest has it.
    static func digest(_ name: String, below root: String) throws -> String {
        do { return SHA256Digest(of: try MappedFile(path: PicturePath.of(name, below: root)).bytes).text } catch FileError.empty {
            return SHA256Digest.ofNothing
        }
    }

    /// Throws if the image cannot become a crop, without looking for faces in it.
    func check(_ name: String) throws {
        switch way {
        case .given(let folder): _ = try folder.crop(name, size: imageSize)
        case .set(let pictures): _ = try pictures.crop(name, side: imageSize.height)
        case .made(let aligner, let root, _):
            let image = try OpenedImage(path: PicturePath.of(name, below: root), exif: aligner.settings.exif)
            _ = try aligner.bytesNeeded(image)
            _ = try image.decoded()
        }
    }

    private func keep(_ aligned: FaceAligner.Aligned, _ name: String, _ key: SHA256Digest, _ isDetecting: Bool) -> Crop {
        let crop = Crop(
            name: name, pixels: aligned.crop.pixels, isDetected: isDetecting ? aligned.face != nil : nil, damage: aligned.image.damage,
            isTurned: aligned.ignoredOrientation != nil, key: key)
        // A damaged picture is not cached, so that every run reports it.
        if crop.damage == nil { kept?.append([crop.isDetected == false ? 0 : 1] + crop.pixels, under: key) }
        return crop
    }

    private func keptCrop(_ name: String, _ key: SHA256Digest, _ isDetecting: Bool, _ isTurned: Bool) -> Crop? {
        guard let record = kept?.record(key), let flag = record.first else { return nil }
        return Crop(
            name: name, pixels: Array(record.dropFirst()), isDetected: isDetecting ? flag == 1 : nil, damage: nil, isTurned: isTurned,
            key: key)
    }
}

extension SHA256Digest {
    /// That of no bytes.
    fileprivate static let ofNothing = SHA256Digest(of: [UInt8]()).text
}

/// A picture as it enters a network.
struct Crop: Sendable {
    /// Path below the pictures' folder.
    let name: String
    /// RGB, row after row.
    let pixels: [UInt8]
    /// Whether a face was found; nil if none was looked for.
    let isDetected: Bool?
    /// What the decoder repaired, in its own words; nil for a sound picture.
    let damage: String?
    /// Whether the picture states an EXIF orientation that was not followed.
    let isTurned: Bool
    /// What the crop was made from: the picture's bytes, or its own.
    let key: SHA256Digest
}
