/// The part of a picture that is given to a face network, as facenet-pytorch's `extract_face` cuts it.
package enum FaceCrop {
    /// Widens the box by a margin of `margin` pixels in the finished crop of `width` × `height`: half of margin · box's width /
    /// (width − margin) on each side, and likewise above and below, truncated to whole pixels and clipped to the picture; the aspect ratio
    /// is not preserved. Nil if nothing is left, or if the margin fills the crop.
    package static func box(
        _ face: FaceBox, width: Int, height: Int, margin: Int, imageWidth: Int, imageHeight: Int
    ) -> PixelBox? {
        guard margin >= 0, margin < min(width, height), [face.x1, face.y1, face.x2, face.y2].allSatisfy({ abs($0) < 1e7 }) else {
            return nil
        }
        // As in the reference, differences are single precision and the rest is double.
        let horizontal = Double(face.x2 - face.x1) * Double(margin) / Double(width - margin) / 2
        let vertical = Double(face.y2 - face.y1) * Double(margin) / Double(height - margin) / 2
        let left = Int(max(Double(face.x1) - horizontal, 0))
        let top = Int(max(Double(face.y1) - vertical, 0))
        let right = Int(min(Double(face.x2) + horizontal, Double(imageWidth)))
        let bottom = Int(min(Double(face.y2) + vertical, Double(imageHeight)))
        guard right > left, bottom > top else { return nil }
        return PixelBox(left: left, top: top, right: right, bottom: bottom)
    }
}
