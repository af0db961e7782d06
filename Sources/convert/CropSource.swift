import Faces
import Files
import Inference

/// Where an evaluation's crops come from: a folder of finished ones, an earlier run, or the pictures themselves.
struct CropSource {
    /// Where finished crops lie, or how they are made.
    enum Way {
        /// `NAME/NAME_0001.png` (or `.jpg`) below a folder, of the size that the network takes.
        case given(folder: String)
        /// From pictures below a folder.
        case made(FaceAligner, root: String, isDetecting: Bool)
    }

    let way: Way
    let imageSize: Int
    /// Crops of earlier runs, and those of this one; nil where nothing is kept.
    let kept: RecordLog?
    private let workers: Workers

    init(_ way: Way, imageSize: Int, kept: RecordLog?, threads: Int?) {
        (self.way, self.imageSize, self.kept) = (way, imageSize, kept)
        workers = Workers(count: threads)
    }

    /// Bytes of a kept crop: whether a face was found, and its pixels.
    static func recordCount(imageSize: Int) -> Int { 1 + imageSize * imageSize * 3 }

    /// A crop for each name, or why there is none.
    func crops(_ names: [String]) throws -> [Result<Crop, any Error>] {
        switch way {
        case .given(let folder): return given(names, folder)
        case .made(let aligner, let root, let isDetecting):
            let keys = workers.map(names.count) { index in
                Result { () throws -> SHA256Digest in
                    let file = try MappedFile(path: "\(root)/\(names[index])")
                    return SHA256Digest(of: file.bytes)
                }
            }
            var results: [Result<Crop, any Error>?] = zip(names, keys).map { name, key in
                switch key {
                case .failure(let error): .failure(error)
                case .success(let key): keptCrop(name, key, isDetecting).map { .success($0) }
                }
            }
            let missing = results.indices.filter { results[$0] == nil }
            try aligner.align(missing.map { "\(root)/\(names[$0])" }) { place, result in
                let index = missing[place]
                guard case .success(let key) = keys[index] else { return }
                if case .success(let aligned) = result, let damage = aligned.image.damage {
                    Terminal.error("convert: \(names[index]): the picture is damaged (\(damage)); it is used as far as it goes")
                }
                let crop = result.map {
                    Crop(name: names[index], pixels: $0.crop.pixels, isDetected: isDetecting ? $0.face != nil : nil, key: key)
                }
                // A damaged picture is not kept, so that every run tells it.
                if case .success(let crop) = crop, (try? result.get().image.damage) == .some(nil) {
                    try kept?.append([crop.isDetected == false ? 0 : 1] + crop.pixels, under: key)
                }
                results[index] = crop
            }
            return results.compactMap(\.self)
        }
    }

    private func keptCrop(_ name: String, _ key: SHA256Digest, _ isDetecting: Bool) -> Crop? {
        guard let record = kept?.record(key), let flag = record.first else { return nil }
        return Crop(name: name, pixels: Array(record.dropFirst()), isDetected: isDetecting ? flag == 1 : nil, key: key)
    }

    private func given(_ names: [String], _ folder: String) -> [Result<Crop, any Error>] {
        let side = imageSize
        return workers.map(names.count) { index in
            Result { () throws -> Crop in
                let name = names[index]
                let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
                let candidates = ["\(stem).png", name].map { "\(folder)/\($0)" }
                let path = candidates.first { FileIdentity(path: $0) != nil } ?? candidates[0]
                let image = try DecodedImage(path: path)
                guard image.width == side, image.height == side else {
                    throw EvaluateError.cropSize(path: path, width: image.width, height: image.height, wanted: side)
                }
                return Crop(name: name, pixels: image.pixels, isDetected: nil, key: SHA256Digest(of: image.pixels))
            }
        }
    }
}
