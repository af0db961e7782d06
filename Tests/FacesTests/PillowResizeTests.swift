import TestSupport
import Testing

@testable import ConvertFaces

/// Resizing gives Pillow's bytes at every size, and refuses impossible sizes.
@Suite struct PillowResizeTests {
    let source: DecodedImage

    init() throws { source = try DecodedImage(path: ImageFixtures.path("source.png")) }

    @Test("Every size equals Pillow's result", arguments: ImageFixtures.resizes)
    func everySizeIsWhatPillowMakesOfIt(_ wanted: ImageFixtures.Resize) throws {
        let made = try source.resized(width: wanted.width, height: wanted.height, box: wanted.box)
        #expect(made.width == wanted.width && made.height == wanted.height)
        #expect(ImageFixtures.checksum(made) == wanted.checksum)
    }

    @Test("One resizer serves many sizes") func oneResizerServesManySizes() throws {
        var resizer = PillowResize()
        for wanted in ImageFixtures.resizes + ImageFixtures.resizes.reversed() {
            let made = try resizer.resize(source, box: wanted.box, width: wanted.width, height: wanted.height)
            #expect(ImageFixtures.checksum(made) == wanted.checksum, "\(wanted.testDescription)")
        }
    }

    @Test("Resizing a box equals resizing its cut-out") func aBoxGivesWhatItsCutOutPartGives() throws {
        let box = PixelBox(left: 7, top: 11, right: 60, bottom: 90)
        let part = try source.resized(width: 53, height: 79, box: box)
        #expect(try part.resized(width: 31, height: 112).pixels == source.resized(width: 31, height: 112, box: box).pixels)
    }

    @Test("Bad boxes and sizes are refused") func badBoxesAndSizesAreRefused() {
        for box in [
            PixelBox(left: -1, top: 0, right: 5, bottom: 5), PixelBox(left: 5, top: 0, right: 5, bottom: 5),
            PixelBox(left: 0, top: 0, right: 132, bottom: 5), PixelBox(left: 0, top: 9, right: 5, bottom: Int.max),
            PixelBox(left: Int.min, top: 0, right: Int.max, bottom: 5),
        ] {
            #expect(throws: FacesError.badBox(name: source.name, box: box, width: 131, height: 97)) {
                try source.resized(width: 5, height: 5, box: box)
            }
        }
        for (width, height) in [(0, 5), (5, -1), (Int.max, Int.max), (60_000, 60_000)] {
            #expect(throws: FacesError.badSize(name: source.name, width: width, height: height)) {
                try source.resized(width: width, height: height)
            }
        }
    }
}
