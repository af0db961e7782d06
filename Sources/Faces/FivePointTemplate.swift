/// The positions of a face's five points in an aligned crop: insightface's template (`python-package/insightface/utils/face_align.py`,
/// `arcface_dst`), which ArcFace, AdaFace, MagFace and MobileFaceNet were trained with.
package struct FivePointTemplate: Sendable, Equatable {
    /// Left eye, right eye, nose, left and right corner of the mouth as seen in the picture: x and y in pixels of the crop.
    package let points: [SIMD2<Double>]
    /// Width of the crop.
    package let width: Int
    /// Height of the crop.
    package let height: Int

    /// x for a crop 112 high and 96 wide, as SphereFace has it; a square crop is 8 pixels wider on each side.
    private static let narrow: [Float] = [30.2946, 65.5318, 48.0252, 33.5493, 62.7299]
    private static let square: [Float] = [38.2946, 73.5318, 56.0252, 41.5493, 70.7299]
    private static let rows: [Float] = [51.6963, 51.5014, 71.7366, 92.3655, 92.2041]

    /// The template for a crop of this size; nil if there is none. For a square of a multiple of 112 it is enlarged; in a square of a multiple
    /// of 128 it is shifted right by 8/128 of the side; 112 × 96 (height first) and its multiples have SphereFace's older form.
    package init?(width: Int, height: Int) {
        guard width > 0, height > 0 else { return nil }
        // In single precision, as insightface's arrays are.
        let (columns, scale, shift): ([Float], Float, Float)
        if width == height, height % 112 == 0 {
            (columns, scale, shift) = (FivePointTemplate.square, Float(height) / 112, 0)
        } else if width == height, height % 128 == 0 {
            (columns, scale, shift) = (FivePointTemplate.square, Float(height) / 128, 8 * Float(height) / 128)
        } else if height % 112 == 0, width == height / 112 * 96 {
            (columns, scale, shift) = (FivePointTemplate.narrow, Float(height) / 112, 0)
        } else {
            return nil
        }
        points = zip(columns, FivePointTemplate.rows).map { SIMD2(Double($0 * scale + shift), Double($1 * scale)) }
        (self.width, self.height) = (width, height)
    }
}
