import ConvertIR
import ConvertInference

/// The second or third network: examines the squares that the previous one found, those of all pictures in one batch.
struct RefinementStage: Sendable {
    /// A square that the network takes for a face.
    struct Finding: Sendable {
        /// The square that was examined.
        let box: FaceBox
        /// Probability of a face.
        let score: Float
        /// How to move the box, in units of its size.
        let regression: SIMD4<Float>
        /// Five x, then five y, in units of the box's size; empty for the second network.
        let landmarks: [Float]
    }

    /// Crops per pass through the network.
    private static let cropsAtOnce = 16

    private let executor: FastExecutor
    private let side: Int

    init(_ model: Model, side: Int, outputs: [String: Int], name: String, threads: Int?) throws {
        executor = try MTCNN.executor(model, threads: threads, imagesAtOnce: RefinementStage.cropsAtOnce)
        self.side = side
        try MTCNN.check(model, outputs: outputs, name: name)
    }

    /// The findings above `threshold`, for each picture, in the order of `boxes`.
    func run(_ images: [DecodedImage], _ boxes: [[FaceBox]], threshold: Float) throws -> [[Finding]] {
        var crops: [(image: Int, box: FaceBox, pixels: PixelBox)] = []
        for (index, list) in boxes.enumerated() {
            for box in list {
                // A square outside the picture has no pixels to examine.
                if let pixels = box.pixels(in: images[index]) { crops.append((index, box, pixels)) }
            }
        }
        var findings = [[Finding]](repeating: [], count: images.count)
        guard !crops.isEmpty else { return findings }
        let all = crops
        let outputs = try executor.run(images: all.count, height: side, width: side) { place, target in
            AreaResize.fill(target, from: images[all[place].image], box: all[place].pixels)
        }
        guard let regression = outputs.first(where: { $0.name == "regression" })?.batch.values,
            let probability = outputs.first(where: { $0.name == "probability" })?.batch.values
        else { return findings }
        let landmarks = outputs.first { $0.name == "landmarks" }?.batch.values
        for (place, crop) in all.enumerated() where probability[2 * place + 1] > threshold {
            findings[crop.image].append(
                Finding(
                    box: crop.box, score: probability[2 * place + 1],
                    regression: SIMD4(
                        regression[4 * place], regression[4 * place + 1], regression[4 * place + 2], regression[4 * place + 3]),
                    landmarks: landmarks.map { Array($0[10 * place..<10 * place + 10]) } ?? []))
        }
        return findings
    }
}

extension MTCNN {
    /// An executor for one of the networks; `imagesAtOnce` bounds its memory.
    static func executor(_ model: Model, threads: Int?, imagesAtOnce: Int) throws -> FastExecutor {
        var options = FastExecutor.Options()
        options.threads = threads
        options.isExact = true
        options.imagesAtOnce = imagesAtOnce
        // Room for all levels of a pyramid per thread; other picture sizes seldom recur.
        options.idleMemoryLimit = 32 << 20
        return try FastExecutor(model, options: options)
    }

    /// Throws unless a model has these outputs with these numbers of channels.
    static func check(_ model: Model, outputs: [String: Int], name: String) throws(FacesError) {
        for (output, channels) in outputs.sorted(by: { $0.key < $1.key }) {
            guard model.graph.outputs.contains(output), let shape = model.valueTypes[output]?.shape, shape.count >= 2,
                shape[1].fixed == channels
            else { throw .otherNetwork(name: name, architecture: model.architecture.name) }
        }
    }
}
