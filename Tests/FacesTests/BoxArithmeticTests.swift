import ConvertJSON
import TestSupport
import Testing

@testable import ConvertFaces

/// Boxes are moved, squared, clipped, suppressed and chosen as facenet-pytorch does it, to the last bit.
@Suite struct BoxArithmeticTests {
    @Test("Suppression keeps the same boxes in the same order") func suppressionKeepsTheSameBoxesInTheSameOrder() {
        let cases = FaceReference.cases("suppressions")
        #expect(cases.count == 18)
        for item in cases {
            let (boxes, scores) = (FaceReference.boxes(item["boxes"]), FaceReference.floats(item["scores"]))
            for (text, threshold) in [("0.5", 0.5), ("0.7", 0.7)] {
                let kept = BoxSuppression.byUnion(boxes, scores: scores, threshold: threshold)
                #expect(kept == FaceReference.integers(item["union"]?.object?[text]), "\(boxes.count) boxes, \(text)")
            }
            let kept = BoxSuppression.bySmaller(boxes, scores: scores, threshold: 0.7)
            #expect(kept == FaceReference.integers(item["smaller"]), "\(boxes.count) boxes, by the smaller")
        }
    }

    @Test("Equal numbers come in NumPy's order") func equalNumbersComeInNumPysOrder() {
        let cases = FaceReference.cases("orders")
        #expect(cases.count == 84)
        for item in cases {
            let numbers = FaceReference.floats(item["numbers"]).map { Double($0) }
            #expect(NumPyOrder.ascending(numbers) == FaceReference.integers(item["order"]), "\(numbers.count) numbers")
        }
    }

    @Test("Boxes are moved, squared and clipped alike") func boxesAreMovedSquaredAndCutAlike() throws {
        let item = FaceReference.object("movements")
        let boxes = FaceReference.boxes(item["boxes"])
        let (shifts, wanted) = (FaceReference.floats(item["shifts"]), FaceReference.boxes(item["moved"]))
        let cuts = item["cut"]?.array?.map { FaceReference.integers($0) } ?? []
        #expect(boxes.count == 40 && wanted.count == 40 && cuts.count == 40)
        let image = try DecodedImage(width: 250, height: 250, pixels: [UInt8](repeating: 0, count: 250 * 250 * 3), name: "black")
        var outside = 0
        for index in boxes.indices {
            let shift = SIMD4(shifts[4 * index], shifts[4 * index + 1], shifts[4 * index + 2], shifts[4 * index + 3])
            let moved = boxes[index].regressed(by: shift, extra: 1).squared
            #expect(moved == wanted[index])
            let cut = cuts[index]
            if cut[2] > cut[0], cut[3] > cut[1] {
                #expect(moved.pixels(in: image) == PixelBox(left: cut[0], top: cut[1], right: cut[2], bottom: cut[3]))
            } else {
                outside += 1
                #expect(moved.pixels(in: image) == nil)
            }
        }
        #expect(outside < 40)
    }

    @Test("Boxes with NaN or infinity give no pixels") func boxesThatAreNoNumbersGiveNoPixels() throws {
        let image = try DecodedImage(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 12), name: "black")
        for edge in [Float.nan, .infinity, -.infinity, 3e38] {
            #expect(FaceBox(x1: 0, y1: 0, x2: edge, y2: edge).pixels(in: image) == nil)
            #expect(
                FaceCrop.box(FaceBox(x1: edge, y1: 0, x2: 1, y2: 1), width: 112, height: 112, margin: 16, imageWidth: 2, imageHeight: 2)
                    == nil)
        }
    }

    @Test("The same face is chosen") func theSameFaceIsChosen() {
        let cases = FaceReference.cases("selections")
        #expect(cases.count == 8)
        let ways: [(FaceSelection, String)] = [
            (.largest, "largest"), (.probability, "probability"), (.centerWeighted, "center_weighted_size"),
            (.largestOverThreshold, "largest_over_threshold"),
        ]
        for item in cases {
            let faces = zip(FaceReference.boxes(item["boxes"]), FaceReference.floats(item["scores"])).map {
                DetectedFace(box: $0, probability: $1, landmarks: [])
            }
            for (way, name) in ways {
                let wanted = FaceReference.boxes(item["chosen"]?.object?[name]).first
                #expect(way.choose(faces, width: 250, height: 200)?.box == wanted, "\(name) of \(faces.count)")
            }
        }
    }

    @Test("A crop is widened by its margin") func aCropIsWidenedByItsMargin() {
        let face = FaceBox(x1: 67.5, y1: 64.5, x2: 167.25, y2: 199.75)
        // 16 · 99.75 / 96 / 2 = 8.3125 and 16 · 135.25 / 96 / 2 = 11.27…
        #expect(
            FaceCrop.box(face, width: 112, height: 112, margin: 16, imageWidth: 250, imageHeight: 250)
                == PixelBox(left: 59, top: 53, right: 175, bottom: 211))
        #expect(
            FaceCrop.box(face, width: 112, height: 112, margin: 0, imageWidth: 160, imageHeight: 100)
                == PixelBox(left: 67, top: 64, right: 160, bottom: 100))
        #expect(FaceCrop.box(face, width: 112, height: 112, margin: 112, imageWidth: 250, imageHeight: 250) == nil)
        #expect(FaceCrop.box(face, width: 112, height: 112, margin: 0, imageWidth: 50, imageHeight: 250) == nil)
    }
}
