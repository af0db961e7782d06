import ConvertFaces
import Foundation

/// A small set of pictures for evaluations, drawn from a seed, so that no photographs are needed.
package enum DrawnFaces {
    /// Twelve pictures of four people, each with its own pattern and noise; six pairs of the same person and six of different people.
    /// - Returns: the folder of the pictures, and the list of pairs.
    package static func dataset(in folder: String) throws -> (root: String, pairs: String) {
        let root = "\(folder)/faces"
        var seed: UInt32 = 7
        for person in 0..<4 {
            try FileManager.default.createDirectory(atPath: "\(root)/P\(person)", withIntermediateDirectories: true)
            for shot in 0..<3 {
                var pixels: [UInt8] = []
                for index in 0..<40 * 40 * 3 {
                    seed = seed &* 1_664_525 &+ 1_013_904_223
                    let (row, column) = (index / 120, index % 120 / 3)
                    let pattern = [row * 6, column * 6, (row + column) * 3, (row ^ column) * 6][person]
                    pixels.append(UInt8(clamping: pattern + Int(seed >> 27) * (shot + 1) / 2))
                }
                let image = try DecodedImage(width: 40, height: 40, pixels: pixels, name: "drawn")
                Fixtures.write(try image.png(), to: "\(root)/P\(person)/P\(person)_\(shot).png")
            }
        }
        var lines: [String] = []
        for index in 0..<6 { lines.append("P\(index % 4)/P\(index % 4)_\(index / 4).png P\(index % 4)/P\(index % 4)_2.png 1") }
        for index in 0..<6 { lines.append("P\(index % 4)/P\(index % 4)_0.png P\((index + 1) % 4)/P\((index + 1) % 4)_1.png 0") }
        Fixtures.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(folder)/pairs.txt")
        return (root, "\(folder)/pairs.txt")
    }
}
