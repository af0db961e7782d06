/// The sizes at which the proposal network looks at a picture, so that its window of 12 pixels matches faces of every size.
struct ImagePyramid {
    /// One size.
    struct Level: Equatable {
        /// New side divided by original side.
        let scale: Double
        let width: Int
        let height: Int
    }

    /// From the largest to the smallest; empty if the picture is smaller than the smallest face.
    let levels: [Level]

    /// The most pixels per level: beyond this, working memory would exceed a gigabyte.
    static let pixelLimit = 4_000_000
    /// The most levels.
    private static let levelLimit = 1000

    /// Throws if the picture is too large for a search for such small faces.
    init(_ image: DecodedImage, settings: MTCNN.Settings) throws(FacesError) {
        try self.init(width: image.width, height: image.height, name: image.name, settings: settings)
    }

    /// The same for a picture of this size; `name` is for messages.
    init(width imageWidth: Int, height imageHeight: Int, name: String, settings: MTCNN.Settings) throws(FacesError) {
        var scale = 12 / Double(settings.minFaceSize)
        var side = Double(min(imageWidth, imageHeight)) * scale
        var levels: [Level] = []
        while side >= 12, levels.count < ImagePyramid.levelLimit {
            let (width, height) = (Double(imageWidth) * scale + 1, Double(imageHeight) * scale + 1)
            guard width * height <= Double(ImagePyramid.pixelLimit) else {
                let least = 12 * (Double(imageWidth) * Double(imageHeight) / Double(ImagePyramid.pixelLimit)).squareRoot()
                throw .tooLargeForDetection(
                    name: name, width: imageWidth, height: imageHeight, minFaceSize: Int(least.rounded(.up)) + 1)
            }
            levels.append(Level(scale: scale, width: Int(width), height: Int(height)))
            scale *= settings.factor
            side *= settings.factor
        }
        self.levels = levels
    }
}
