/// A face in a picture.
package struct DetectedFace: Sendable, Equatable {
    /// Its rectangle.
    package let box: FaceBox
    /// The last network's confidence, from 0 to 1.
    package let probability: Float
    /// Left eye, right eye, nose, left and right corner of the mouth as seen in the picture: x and y in pixels.
    package let landmarks: [SIMD2<Float>]
}

/// Which of several faces is chosen: facenet-pytorch's four ways.
public enum FaceSelection: String, Sendable, CaseIterable {
    /// The largest box.
    case largest
    /// The highest probability.
    case probability
    /// The largest box area minus twice the squared distance between its center and the picture's.
    case centerWeighted = "center-weighted"
    /// The largest box among those with a probability above 0.9; none if there are none.
    case largestOverThreshold = "largest-over-threshold"

    /// The chosen face in a picture of this size; nil if none qualifies.
    package func choose(_ faces: [DetectedFace], width: Int, height: Int) -> DetectedFace? {
        switch self {
        case .largest: return FaceSelection.falling(faces) { Double($0.box.area) }.first
        case .probability: return FaceSelection.falling(faces) { Double($0.probability) }.first
        case .centerWeighted:
            return FaceSelection.falling(faces) { face in
                let x = Double((face.box.x1 + face.box.x2) / 2) - Double(width) / 2
                let y = Double((face.box.y1 + face.box.y2) / 2) - Double(height) / 2
                return Double(face.box.area) - (x * x + y * y) * 2
            }.first
        case .largestOverThreshold:
            return FaceSelection.falling(faces.filter { $0.probability > 0.9 }) { Double($0.box.area) }.first
        }
    }

    /// Sorted by decreasing weight, with ties in the order that a reversed `argsort` leaves.
    static func falling(_ faces: [DetectedFace], by weight: (DetectedFace) -> Double) -> [DetectedFace] {
        NumPyOrder.ascending(faces.map(weight)).reversed().map { faces[$0] }
    }
}
