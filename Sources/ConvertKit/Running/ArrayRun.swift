import ConvertFiles
import ConvertIR
import ConvertInference

/// How a network is run on an array of finished input.
public struct ArrayRunRequest: Sendable {
    /// A `.npy` file of images × channels × height × width, to which mean and scale were applied already.
    public var path: String
    /// How the network is run.
    public var executor = FastExecutor.Options()
    /// Whether the plain reference runs, in double precision.
    public var isPlain = false
    /// How often the network runs to measure its rate; nil for once and no rate.
    public var repeats: Int?
    /// Whether the time of each step is measured.
    public var hasTiming = false
    /// Whether numbers may be NaN or infinite.
    public var allowsNotFinite = false

    /// A run in single precision, once.
    public init(_ path: String) { self.path = path }
}

/// A network's first output for images that are finished input.
public struct ArrayRun {
    /// What came of it.
    public struct Result: Sendable {
        /// One row for each image.
        public let table: OutputTable
        /// Images per second, if it was measured.
        public fileprivate(set) var imagesPerSecond: Double?
        /// The time of each step; empty if time was not measured.
        public fileprivate(set) var stepTimes: [Event.StepTime] = []
        /// Images that the steps were measured on.
        public fileprivate(set) var timedImages = 0
    }

    private let model: Model
    private let request: ArrayRunRequest

    /// A network and what to run it on.
    public init(_ model: Model, _ request: ArrayRunRequest) {
        self.model = model
        self.request = request
    }

    /// Runs the network. Throws if the array does not fit it, or holds numbers that are not finite.
    public func run(events: EventHandler = { _ in }) throws -> Result {
        let array = try NumpyArray(try MappedFile(path: request.path))
        remark(on: array, events)
        let numbers = array.doubles
        if !request.allowsNotFinite, let index = numbers.firstIndex(where: { !$0.isFinite }) {
            throw InferenceError.inputNotFinite(image: index / max(array.shape.dropFirst().reduce(1, *), 1), index: index)
        }
        if request.isPlain {
            let outputs = try PlainExecutor(model).run(PlainTensor(shape: array.shape, values: numbers))
            guard let first = outputs.first?.tensor else { throw ArrayRunError.noOutput }
            return Result(table: OutputTable(shape: Array(first.shape.dropFirst()), values: .float64(first.values)))
        }
        let clock = ContinuousClock()
        let began = clock.now
        let executor = try FastExecutor(model, options: request.executor)
        let packing = clock.now - began
        let input = try Batch(shape: array.shape, values: array.floats)
        if !request.allowsNotFinite, let index = input.values.firstIndex(where: { !$0.isFinite }) {
            // Finite in double precision, and too large for single.
            throw InferenceError.inputNotFinite(image: index / max(input.imageSize, 1), index: index)
        }
        var steps: [Event.StepTime] = []
        let timedImages = min(input.imageCount, request.executor.imagesAtOnce)
        if request.hasTiming {
            steps = try executor.stepTimes(input).map { .init(name: $0.name, method: $0.method, seconds: $0.seconds) }
            events(.stepTimes(steps, images: timedImages))
        }
        var outputs = try executor.run(input)
        var rate: Double?
        if let count = request.repeats {
            var laps: [Duration] = []
            for _ in 0..<count {
                let start = clock.now
                outputs = try executor.run(input)
                laps.append(clock.now - start)
            }
            laps.sort()
            let measured = Double(input.imageCount) / laps[laps.count / 2].seconds
            rate = measured
            events(.rate(imagesPerSecond: measured, packing: packing, kernels: executor.kernelName))
        }
        guard let first = outputs.first?.batch else { throw ArrayRunError.noOutput }
        var result = Result(table: OutputTable(shape: Array(first.shape.dropFirst()), values: .float32(first.values)))
        result.imagesPerSecond = rate
        result.stepTimes = steps
        result.timedImages = timedImages
        return result
    }

    /// Says what an array of other numbers than float32 is taken for.
    private func remark(on array: NumpyArray, _ events: EventHandler) {
        let entry = model.graph.inputs.first?.type.elements
        if !array.element.isFloating, entry == .float32 {
            events(.wholeNumbers(path: request.path, element: array.element.name, contract: model.contract.summary))
        } else if array.element == .float64, !request.isPlain {
            events(.roundedToSingle(path: request.path))
        }
    }
}

/// What keeps an array from going through a network.
public enum ArrayRunError: DescribedError, Equatable {
    /// The network has no output.
    case noOutput

    /// What is wrong.
    public var problem: String { "the network has no output" }
    /// What to do about it.
    public var remedy: String { "give a network with an output" }
}
