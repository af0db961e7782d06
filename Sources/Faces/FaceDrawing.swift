/// Draws boxes and landmarks over a picture, so that a person can see what was found.
package enum FaceDrawing {
    private static let chosen: [UInt8] = [0, 230, 80]
    private static let other: [UInt8] = [255, 170, 0]
    private static let point: [UInt8] = [255, 40, 40]
    private static let edge: [UInt8] = [255, 255, 255]
    private static let ink: [UInt8] = [0, 0, 0]

    /// The picture with every face framed, the chosen one in green and the others in orange, what became the crop as a thin white frame
    /// (turned, if the face was aligned by its five points), landmarks as red squares, and the detector's probability over each box. Lines
    /// are as thick as the picture's size asks for.
    package static func draw(_ aligned: FaceAligner.Aligned) -> DecodedImage {
        let image = aligned.image
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
        // Over the box; inside of it if there is no room above.
        func write(_ text: String, over box: FaceBox, _ color: [UInt8]) {
            let dot = max(thickness, min(2, min(image.width, image.height) / 100))
            let height = (DigitGlyphs.height + 2) * dot
            let (left, edge) = (place(box.x1), place(box.y1))
            let top = edge - height >= 0 ? edge - height : edge + thickness
            let width = (text.count * (DigitGlyphs.width + 1) + 1) * dot
            fill(PixelBox(left: left, top: top, right: left + width, bottom: top + height), color)
            for (x, y) in DigitGlyphs.dots(text) {
                let (x, y) = (left + (x + 1) * dot, top + (y + 1) * dot)
                fill(PixelBox(left: x, top: y, right: x + dot, bottom: y + dot), ink)
            }
        }
        let thin = max(1, thickness / 2)
        if let cut = aligned.cut { frame(cut, edge, thin) }
        if let transform = aligned.transform {
            let corners = outline(transform, width: aligned.crop.width, height: aligned.crop.height)
            for (corner, next) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
                for place in line(corner, next, width: image.width, height: image.height) {
                    fill(PixelBox(left: place.x, top: place.y, right: place.x + thin, bottom: place.y + thin), edge)
                }
            }
        }
        for face in aligned.faces {
            write(probability(face.probability), over: face.box, face == aligned.face ? chosen : other)
            frame(
                PixelBox(left: place(face.box.x1), top: place(face.box.y1), right: place(face.box.x2), bottom: place(face.box.y2)),
                face == aligned.face ? chosen : other, thickness)
            for landmark in face.landmarks {
                let (x, y) = (place(landmark.x), place(landmark.y))
                fill(PixelBox(left: x - thickness, top: y - thickness, right: x + thickness + 1, bottom: y + thickness + 1), point)
            }
        }
        return DecodedImage(unchecked: image.width, image.height, pixels, image.name, damage: image.damage)
    }

    /// A probability with three decimals, never rounded up to 1.
    static func probability(_ value: Float) -> String {
        guard value.isFinite else { return "" }
        let thousandths = Int((max(0, min(Double(value), 1)) * 1000).rounded(.down))
        let digits = String(thousandths)
        return thousandths == 1000 ? "1.000" : "0." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The crop's corners in the picture.
    private static func outline(_ transform: AffineMatrix, width: Int, height: Int) -> [SIMD2<Double>] {
        let inverse = transform.inverse
        let (right, bottom) = (Double(width) - 0.5, Double(height) - 0.5)
        return [SIMD2(-0.5, -0.5), SIMD2(right, -0.5), SIMD2(right, bottom), SIMD2(-0.5, bottom)].map(inverse.moved)
    }

    /// The pixels of a line, as far as it lies in the picture (Liang and Barsky's clipping).
    private static func line(_ from: SIMD2<Double>, _ to: SIMD2<Double>, width: Int, height: Int) -> [(x: Int, y: Int)] {
        let way = to - from
        let last = SIMD2(Double(width - 1), Double(height - 1))
        var (begin, end) = (0.0, 1.0)
        for (step, room) in [(-way.x, from.x), (way.x, last.x - from.x), (-way.y, from.y), (way.y, last.y - from.y)] {
            if step == 0, room < 0 { return [] }
            if step < 0 { begin = max(begin, room / step) }
            if step > 0 { end = min(end, room / step) }
        }
        guard begin <= end, [from.x, from.y, to.x, to.y].allSatisfy(\.isFinite) else { return [] }
        let length = max(abs(way.x), abs(way.y)) * (end - begin)
        let count = Int(min(length.rounded(.up), Double(width + height)))
        return (0...max(count, 1)).map { index in
            let point = from + way * (begin + (end - begin) * Double(index) / Double(max(count, 1)))
            return (place(Float(point.x)), place(Float(point.y)))
        }
    }

    /// A coordinate as a pixel index; one far outside is drawn at the edge.
    private static func place(_ coordinate: Float) -> Int {
        coordinate.isFinite ? Int(max(-100_000, min(coordinate, 100_000)).rounded()) : 0
    }
}
