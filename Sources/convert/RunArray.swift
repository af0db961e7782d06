import Files
import IR
import Inference
import JSON

/// `convert run MODEL --input x.npy`: a network's first output for images that are finished input.
struct RunArray {
    private let model: Model
    private let request: RunRequest

    init(_ model: Model, request: RunRequest) { (self.model, self.request) = (model, request) }

    func run(_ path: String, report: inout RunReport) throws -> ExitStatus {
        let array = try NumpyArray(try MappedFile(path: path))
        remark(on: array, path, &report)
        let numbers = array.doubles
        if !request.isForced, let place = numbers.firstIndex(where: { !$0.isFinite }) {
            throw InferenceError.inputNotFinite(image: place / max(array.shape.dropFirst().reduce(1, *), 1), index: place)
        }
        if request.isPlain {
            let outputs = try PlainExecutor(model).run(PlainTensor(shape: array.shape, values: numbers))
            guard let first = outputs.first?.tensor else { return .failed }
            try report.conclude(OutputTable(shape: Array(first.shape.dropFirst()), values: .float64(first.values)))
            return .fine
        }
        let clock = ContinuousClock()
        let began = clock.now
        let executor = try FastExecutor(model, options: request.executor)
        let packed = clock.now - began
        let input = try Batch(shape: array.shape, values: array.floats)
        if !request.isForced, let place = input.values.firstIndex(where: { !$0.isFinite }) {
            // Finite in float64, and too large for float32.
            throw InferenceError.inputNotFinite(image: place / max(input.imageSize, 1), index: place)
        }
        if request.hasTiming {
            report.add(try executor.stepTimes(input), images: min(input.imageCount, request.executor.imagesAtOnce))
        }
        var outputs = try executor.run(input)
        if let count = request.repeats {
            var laps: [Duration] = []
            for _ in 0..<count {
                let start = clock.now
                outputs = try executor.run(input)
                laps.append(clock.now - start)
            }
            laps.sort()
            let median = laps[laps.count / 2]
            let rate = Double(input.imageCount) / (Double(median.components.seconds) + Double(median.components.attoseconds) * 1e-18)
            Terminal.error("\(NumberText.fixed(rate, 2)) images/s, packed in \(packed), \(executor.kernelName)")
            report.add("images_per_second", .number(rate))
        }
        guard let first = outputs.first?.batch else { return .failed }
        try report.conclude(OutputTable(shape: Array(first.shape.dropFirst()), values: .float32(first.values)))
        return .fine
    }

    /// Says what an array of other numbers than float32 is taken for.
    private func remark(on array: NumpyArray, _ path: String, _ report: inout RunReport) {
        let entry = model.graph.inputs.first?.type.elements
        if !array.element.isFloating, entry == .float32 {
            report.note(
                "\(path) holds \(array.element.name), taken as finished input; pixels need the model's mean and scale first "
                    + "(\(model.contract.summary)), or give pictures as IMAGE…")
        } else if array.element == .float64, !request.isPlain {
            report.note("\(path) holds float64, rounded to float32 here; --float64 keeps it")
        }
    }
}
