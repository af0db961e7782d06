/// The part of a picture that is given to a face network, as facenet-pytorch's `extract_face` cuts it.
public enum FaceCrop {
    /// The box widened by a margin that is `margin` pixels in the finished crop of `imageSize`: half of margin · width / (size − margin) on each
    /// side, cut to whole pixels and kept in the picture; its aspect is not kept. Nil where nothing is left, or where the margin fills the crop.
    public static func box(_ face: FaceBox, imageSize: Int, margin: Int, width: Int, height: Int) -> PixelBox? {
        guard margin >= 0, margin < imageSize, [face.x1, face.y1, face.x2, face.y2].allSatisfy({ abs($0) < 1e7 }) else { return nil }
        // Differences are single precision there, the rest double.
        let horizontal = Double(face.x2 - face.x1) * Double(margin) / Double(imageSize - margin) / 2
        let vertical = Double(face.y2 - face.y1) * Double(margin) / Double(imageSize - margin) / 2
        let left = Int(max(Double(face.x1) - horizontal, 0))
        let top = Int(max(Double(face.y1) - vertical, 0))
        let right = Int(min(Double(face.x2) + horizontal, Double(width)))
        let bottom = Int(min(Double(face.y2) + vertical, Double(height)))
        guard right > left, bottom > top else { return nil }
        return PixelBox(left: left, top: top, right: right, bottom: bottom)
    }
}
