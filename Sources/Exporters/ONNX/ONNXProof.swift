import ConvertFiles
import ConvertTensors
import Glibc

/// Inputs and outputs of a network in the layout of ONNX's own test runners (onnx docs/OnnxBackendTest.md): `test_data_set_0/input_0.pb`,
/// `output_0.pb` and so on, each a TensorProto, with a README that says how to compare.
package struct ONNXProof {
    /// A named array of float32 or uint8 numbers.
    package struct Array {
        /// The value's name in the graph.
        package let name: String
        /// Sizes, images first.
        package let shape: [Int]
        /// The numbers.
        package let values: [Float]
        /// Whether they are written as whole numbers from 0 to 255.
        package let isWhole: Bool

        /// An array.
        package init(name: String, shape: [Int], values: [Float], isWhole: Bool = false) {
            self.name = name
            self.shape = shape
            self.values = values
            self.isWhole = isWhole
        }

        /// The numbers as the file holds them.
        var written: [Float] { isWhole ? values.map { max(0, min(255, $0.rounded(.towardZero))) } : values }

        var tensor: ONNXTensor {
            let bytes = isWhole ? written.map { UInt8($0) } : values.withUnsafeBytes { Swift.Array($0) }
            return ONNXTensor(
                name: name, elementType: isWhole ? ONNXElementType.uint8 : ONNXElementType.float32, shape: shape.map { Int64($0) },
                content: .inline(bytes))
        }
    }

    /// Largest difference that is allowed, over the largest magnitude of the output: float32 sums in a different order explain less.
    package static let tolerance = 1e-5

    private let files: [OutputFile]
    private let made: [String]

    /// Checks and writes everything under temporary names. Throws, leaving nothing behind, if a file exists and may not be replaced.
    /// - Parameters:
    ///   - folder: is created if it is missing; its own folder must be there.
    ///   - model: base name of the ONNX file.
    package init(folder: String, model: String, inputs: [Array], outputs: [Array], replacing: Bool, sources: [FileIdentity]) throws {
        let folder = PathText.join(PathText.folder(folder), PathText.baseName(folder))
        let set = folder + "/test_data_set_0"
        var contents: [(path: String, bytes: [UInt8], array: Array?)] = []
        for (kind, arrays) in [("input", inputs), ("output", outputs)] {
            for (index, array) in arrays.enumerated() {
                contents.append(("\(set)/\(kind)_\(index).pb", try ONNXPacking.bytes(array.tensor), array))
            }
        }
        contents.append(("\(folder)/README.md", Swift.Array(ONNXProof.readme(model: model, input: inputs.first?.name ?? "").utf8), nil))
        var made: [String] = []
        var files: [OutputFile] = []
        do {
            for path in [folder, set] {
                try OutputFolder.check(path, within: folder)
                if mkdir(PathText.system(path), 0o777) == 0 {
                    made.append(path)
                } else if errno != EEXIST {
                    throw FileError.writeFailed(path: path, reason: lastSystemError())
                }
            }
            for (path, bytes, array) in contents {
                let file = try OutputFile(target: path, replacing: replacing, inputs: sources, within: folder)
                try file.write(bytes)
                try file.flush()
                files.append(file)
                if let array { try ONNXProof.check(file, against: array) }
            }
        } catch {
            for file in files { file.abandon() }
            for path in made.reversed() { rmdir(PathText.system(path)) }
            throw error
        }
        (self.files, self.made) = (files, made)
    }

    /// Gives the files their names.
    package func commit() throws { for file in files { try file.commit() } }

    /// Takes back what was not committed, and folders that were made for it and are empty.
    package func abandon() {
        for file in files { file.abandon() }
        for path in made.reversed() { rmdir(PathText.system(path)) }
    }

    /// The tensor of one `.pb` file, read as a model's tensors are.
    static func tensor(_ bytes: [UInt8], name: String) throws -> Tensor {
        // The reader takes whole models: this is one with IR version 8 with a graph of a single initializer.
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            var length: [UInt8] = []
            var rest = bytes.count
            while rest >= 0x80 {
                length.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            return [number << 3 | 2] + length + [UInt8(rest)] + bytes
        }
        let view = ByteView(copying: [8, 8] + field(7, field(5, bytes)), name: name)
        let model = try ONNXUnpacking.read(view)
        guard let proto = model.initializers.first, model.initializers.count == 1, let dtype = ONNXDType.dtype(proto.elementType),
            case .raw(let offset, let count) = proto.content
        else { throw ONNXError.malformed(file: name, detail: "this is not a tensor", offset: 0) }
        let storage = Storage(name: name, bytes: try view.window(at: offset, count: count, name: name))
        return try Tensor(dtype: dtype, shape: proto.shape.map { Int(clamping: $0) }, storage: storage)
    }

    /// Reads a flushed file back from disk.
    private static func check(_ file: OutputFile, against array: Array) throws {
        let tensor = try tensor(try file.readBack().bytes.array, name: file.target)
        guard tensor.shape == array.shape, try tensor.doubles() == array.written.map(Double.init) else {
            throw ExportError.differs(file: file.target, what: "\(array.name) has other numbers")
        }
    }

    private static func readme(model: String, input: String) -> String {
        """
        # Proof of \(model)

        `test_data_set_0` holds an input of `\(model)` and the outputs that belong to it, as ONNX's own test runners lay them out. Any engine
        that runs the model right gives these outputs: the largest difference, over the largest magnitude of an output, is at most
        \(tolerance). With ONNX Runtime, in this folder, the model beside it or its path in place of the name:

        ```python
        import numpy, onnx, onnxruntime
        load = lambda name: onnx.numpy_helper.to_array(onnx.load_tensor(f"test_data_set_0/{name}.pb"))
        outputs = onnxruntime.InferenceSession("\(model)").run(None, {"\(input)": load("input_0")})
        pairs = [(found, load(f"output_{index}")) for index, found in enumerate(outputs)]
        print([float(numpy.abs(a - b).max() / numpy.abs(b).max()) for a, b in pairs], "<= \(tolerance)")
        ```

        """
    }
}
