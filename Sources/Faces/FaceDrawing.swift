/// Draws boxes and landmarks over a picture, so that a person can see what was found.
package enum FaceDrawing {
    private static let chosen: [UInt8] = [0, 230, 80]
    private static let other: [UInt8] = [255, 170, 0]
    private static let point: [UInt8] = [255, 40, 40]

    /// The picture with every face framed, the chosen one in green and the others in orange, the cut as a thin white frame, and landmarks
    /// as red squares.
    package static func draw(_ faces: [DetectedFace], chosen: DetectedFace?, cut: PixelBox?, over image: DecodedImage) -> DecodedImage {
        var pixels = image.pixels
        let thickness = max(1, min(image.width, image.height) / 150)
        func fill(_ box: PixelBox, _ color: [UInt8]) {
            for y in max(box.top, 0)..<max(min(box.bottom, image.height), max(box.top, 0)) {
                for x in max(box.left, 0)..<max(min(box.right, image.width), max(box.left, 0)) {
                    let place = (y * image.width + x) * 3
                    for channel in 0..<3 { pixels[place + channel] = color[channel] }
                }
            }
        }
        func frame(_ box: PixelBox, _ color: [UInt8], _ width: Int) {
            fill(PixelBox(left: box.left, top: box.top, right: box.right, bottom: box.top + width), color)
            fill(PixelBox(left: box.left, top: box.bottom - width, right: box.right, bottom: box.bottom), color)
            fill(PixelBox(left: box.left, top: box.top, right: box.left + width, bottom: box.bottom), color)
            fill(PixelBox(left: box.right - width, top: box.top, right: box.right, bottom: box.bottom), color)
        }
        if let cut { frame(cut, [255, 255, 255], max(1, thickness / 2)) }
        for face in faces {
            frame(
                PixelBox(left: place(face.box.x1), top: place(face.box.y1), right: place(face.box.x2), bottom: place(face.box.y2)),
                face == chosen ? FaceDrawing.chosen : other, thickness)
            for landmark in face.landmarks {
                let (x, y) = (place(landmark.x), place(landmark.y))
                fill(PixelBox(left: x - thickness, top: y - thickness, right: x + thickness + 1, bottom: y + thickness + 1), point)
            }
        }
        return DecodedImage(unchecked: image.width, image.height, pixels, image.name, damage: image.damage)
    }

    /// A coordinate as a pixel index; one far outside is drawn at the edge.
    private static func place(_ coordinate: Float) -> Int {
        coordinate.isFinite ? Int(max(-100_000, min(coordinate, 100_000)).rounded()) : 0
    }
}
