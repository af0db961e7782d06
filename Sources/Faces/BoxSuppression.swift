/// Decides which of several boxes on one face stay: the most probable, and those that do not overlap one that stays by too much.
enum BoxSuppression {
    /// torchvision's `nms`: overlap is intersection over union, areas without an extra pixel. Returns the indices that stay, the most
    /// probable first.
    static func byUnion(_ boxes: [FaceBox], scores: [Float], threshold: Double) -> [Int] {
        let order = boxes.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
        let sorted = order.map { boxes[$0] }
        let areas = sorted.map(\.area)
        var isGone = [Bool](repeating: false, count: sorted.count)
        var kept: [Int] = []
        for first in sorted.indices where !isGone[first] {
            kept.append(order[first])
            let (box, area) = (sorted[first], areas[first])
            for other in sorted.indices.dropFirst(first + 1) where !isGone[other] {
                let width = max(0, min(box.x2, sorted[other].x2) - max(box.x1, sorted[other].x1))
                let height = max(0, min(box.y2, sorted[other].y2) - max(box.y1, sorted[other].y1))
                let common = width * height
                // As in torchvision, the quotient is a float and the threshold a double.
                if Double(common / (area + areas[other] - common)) > threshold { isGone[other] = true }
            }
        }
        return kept
    }

    /// The reference's own variant for its last stage: overlap is intersection over the smaller area, each with one extra pixel per side.
    static func bySmaller(_ boxes: [FaceBox], scores: [Float], threshold: Float) -> [Int] {
        let areas = boxes.map { ($0.x2 - $0.x1 + 1) * ($0.y2 - $0.y1 + 1) }
        var left = NumPyOrder.ascending(scores.map { Double($0) })
        var kept: [Int] = []
        while let surest = left.popLast() {
            kept.append(surest)
            let box = boxes[surest]
            left = left.filter { other in
                let width = max(0, min(box.x2, boxes[other].x2) - max(box.x1, boxes[other].x1) + 1)
                let height = max(0, min(box.y2, boxes[other].y2) - max(box.y1, boxes[other].y1) + 1)
                return width * height / min(areas[surest], areas[other]) <= threshold
            }
        }
        return kept
    }
}
