/// A face in a picture.
package struct DetectedFace: Sendable, Equatable {
    /// Its rectangle.
    package let box: FaceBox
    /// The last network's confidence, from 0 to 1.
    package let probability: Float
    /// Left eye, right eye, nose, left and right corner of the mouth as seen in the picture: x and y in pixels.
    package let landmarks: [SIMD2<Float>]

    /// The landmarks in double precision.
    var points: [SIMD2<Double>] { landmarks.map { SIMD2(Double($0.x), Double($0.y)) } }

    /// The square of the distance between the box's center and that of a picture of this size, in pixels.
    func squaredDistance(fromCenterOf width: Int, _ height: Int) -> Double {
        let x = Double((box.x1 + box.x2) / 2) - Double(width) / 2
        let y = Double((box.y1 + box.y2) / 2) - Double(height) / 2
        return x * x + y * y
    }
}

/// Which of several faces is chosen: facenet-pytorch's four ways, and the one nearest to the center.
public enum FaceSelection: String, Sendable, CaseIterable {
    /// The largest box.
    case largest
    /// The highest probability.
    case probability
    /// The box whose center is nearest to the picture's.
    case center
    /// The largest box area minus twice the squared distance between its center and the picture's, as facenet's and insightface's scripts
    /// align LFW.
    case centerWeighted = "center-weighted"
    /// The largest box among those with a probability above 0.9; none if there are none.
    case largestOverThreshold = "largest-over-threshold"

    /// The chosen face in a picture of this size; nil if none qualifies.
    package func choose(_ faces: [DetectedFace], width: Int, height: Int) -> DetectedFace? {
        switch self {
        case .largest: return FaceSelection.falling(faces) { Double($0.box.area) }.first
        case .probability: return FaceSelection.falling(faces) { Double($0.probability) }.first
        case .centerWeighted:
            return FaceSelection.falling(faces) { Double($0.box.area) - $0.squaredDistance(fromCenterOf: width, height) * 2 }.first
        case .center: return FaceSelection.falling(faces) { -$0.squaredDistance(fromCenterOf: width, height) }.first
        case .largestOverThreshold:
            return FaceSelection.falling(faces.filter { $0.probability > 0.9 }) { Double($0.box.area) }.first
        }
    }

    /// Sorted by decreasing weight, with ties in the order that a reversed `argsort` leaves.
    static func falling(_ faces: [DetectedFace], by weight: (DetectedFace) -> Double) -> [DetectedFace] {
        NumPyOrder.ascending(faces.map(weight)).reversed().map { faces[$0] }
    }
}
