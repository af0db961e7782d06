import ConvertFaces
import ConvertFiles
import Verifier

/// The pictures of a set as crops: they are aligned already, so they are only decoded, and resized if their width is not the network's.
struct SetPictures: Sendable {
    let set: PairSet

    /// A picture as a crop with sides of `side`.
    /// - Throws: `FacesError` if it cannot be decoded; `PairSetError.notSquare` if resizing its shorter side does not give a square.
    func crop(_ name: String, side: Int) throws -> Crop {
        guard let picture = set.picture(name) else { throw FileError.missing(path: name) }
        let shown = "\(set.file.path), picture \(picture.index)"
        var image = try DecodedImage(picture.bytes, path: shown)
        if image.width != side {
            // As MXNet's resize_short: the longer side is cut down to a whole number.
            let (width, height) =
                image.height > image.width
                ? (side, side * image.height / image.width) : (side * image.width / image.height, side)
            guard width == side, height == side else { throw notSquare(image, picture.index, side) }
            image = try CubicResize.resize(image, width: side, height: side)
        }
        guard image.height == side else { throw notSquare(image, picture.index, side) }
        return Crop(
            name: name, pixels: image.pixels, isDetected: nil, damage: image.damage.map { "picture \(picture.index): \($0)" },
            isTurned: false,
            key: picture.digest)
    }

    private func notSquare(_ image: DecodedImage, _ index: Int, _ side: Int) -> PairSetError {
        .notSquare(file: set.file.path, index: index, width: image.width, height: image.height, side: side)
    }

    /// What crops depend on besides the picture.
    static func settings(side: Int) -> SHA256Digest { SHA256Digest(of: Array("set pictures 1, side \(side)".utf8)) }
}
