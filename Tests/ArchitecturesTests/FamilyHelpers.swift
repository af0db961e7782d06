import ConvertFiles
import ConvertIR
import ConvertTensors

@testable import Architectures

/// Small networks and descriptions that are followed with them.
enum Family {
    static let shapes: [(String, [Int])] = [
        ("conv1.weight", [4, 3, 3, 3]), ("bn1.weight", [4]), ("bn1.bias", [4]), ("bn1.running_mean", [4]), ("bn1.running_var", [4]),
        ("bn1.num_batches_tracked", []), ("fc.weight", [2, 4]), ("fc.bias", [2]),
    ]
    static let metadata = Metadata(["depth": .integer(3), "run": .object(JSONObjectOf.depth)])

    /// A description that fits `shapes`.
    static let whole = """
        family tiny
        recognize conv1.weight bn1.weight fc.weight
        contract tiny channels=bgr mean=1,2,3 deviation=4 crop=whole
        image channels=3 size=8x6
        conv1 = convolution(it) padding=1
        bn1 = batch_normalization(it)
        pool = global_average_pool(it)
        flat = flatten(it)
        fc = linear(it) bias
        output embedding = it
        """

    static func weights(_ shapes: [(String, [Int])] = shapes, metadata: Metadata = metadata) throws -> Weights {
        Weights(
            entries: try shapes.map { name, shape in
                let dtype: DType = name.hasSuffix("num_batches_tracked") ? .int64 : .float32
                return Weights.Entry(name: name, tensor: try Networks.zero(dtype, shape))
            }, metadata: metadata, provenance: Provenance(source: "tiny.pth", format: "pth", stateDictPath: ""))
    }

    /// The network that a description of the caller's makes of weights.
    static func rebuild(_ text: String, _ weights: Weights? = nil) throws -> Architectures.Rebuilt {
        try Architectures.rebuild(
            try weights ?? Family.weights(), description: try FamilyDescription(text: text, file: "mine.family"))
    }

    /// The lines of the graph that these lines of a description make between the image and the output, with these weights besides.
    static func graph(_ lines: String, _ more: [(String, [Int])] = [], image: String = "image channels=3 size=8x6") throws -> [String] {
        let text = "family lines\n\(image)\n\(lines)\nleave_out *\noutput embedding = it\nreads = convolution(input) weight=conv1.weight"
        let graph = try rebuild(text, try weights(shapes + more)).model.graph
        // A network that reads no weight at all is refused.
        return graph.text().split(separator: "\n").map(String.init).filter { !$0.hasPrefix("reads = ") }
    }

    /// What `fact value = …` holds after these lines.
    static func value(_ expression: String, after lines: String = "", _ more: [(String, [Int])] = []) throws -> String {
        let text = """
            family facts
            image channels=3 size=8x6
            conv1 = convolution(it) padding=1
            \(lines)
            fact value = \(expression)
            leave_out *
            output embedding = conv1
            """
        let found = try rebuild(text, try weights(shapes + more)).model.architecture.hyperparameters["value"]
        return found?.text() ?? "none"
    }
}

private enum JSONObjectOf {
    static var depth: Metadata { Metadata(["depth": .integer(5)]) }
}
