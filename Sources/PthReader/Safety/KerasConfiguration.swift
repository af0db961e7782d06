import ConvertFiles
import ConvertJSON

/// The configuration of a Keras model, a tree of `class_name` and `config`: finds the layers that contain or fetch code when the model is
/// loaded.
enum KerasConfiguration {
    struct Finding {
        let name: String
        let verdict: GlobalVerdict
        let reason: String
    }

    private static let sizeLimit = 64 << 20

    /// The JSON of a configuration; nil if it is not one.
    static func parse(_ bytes: ByteView) -> JSONValue? {
        guard bytes.count <= sizeLimit else { return nil }
        return try? JSONParser.parse(
            bytes.array, limits: JSONLimits(depth: 512, allowsLeadingSpace: true, acceptsPythonNumbers: true))
    }

    /// Whether this is the configuration of a model.
    static func isModel(_ value: JSONValue) -> Bool { value.object?["class_name"]?.string != nil }

    /// All layers and functions that could act, in order.
    static func findings(in value: JSONValue) -> [Finding] {
        var findings: [Finding] = []
        collect(value, into: &findings)
        return findings
    }

    private static func collect(_ value: JSONValue, into findings: inout [Finding]) {
        switch value {
        case .array(let items): for item in items { collect(item, into: &findings) }
        case .object(let object):
            if let name = object["class_name"]?.string, let finding = judge(name, object) { findings.append(finding) }
            for member in object.members { collect(member.value, into: &findings) }
        case .string(let text):
            // Keras 2 stores a Lambda's code as a list of strings; a configuration may also be in a string of its own.
            if text.utf8.count <= sizeLimit, text.contains("class_name"),
                let inner = try? JSONParser.parse(Array(text.utf8), limits: JSONLimits(depth: 512, allowsLeadingSpace: true))
            {
                if case .string = inner { return }
                collect(inner, into: &findings)
            }
        default: break
        }
    }

    private static func judge(_ className: String, _ object: JSONObject) -> Finding? {
        let module = object["module"]?.string ?? ""
        let config = object["config"]
        switch className.split(separator: ">").last.map(String.init) ?? className {
        case "Lambda", "__lambda__":
            return Finding(name: "keras.layers.Lambda", verdict: .dangerous, reason: "it holds Python code that runs with the model")
        case "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer":
            let function = config?.object?["function"]?.string ?? config?.object?["node_def"]?.string ?? "?"
            let acts = ["read_file", "write_file", "ReadFile", "WriteFile", "py_function", "PyFunc", "numpy_function", "load_"].contains {
                function.contains($0)
            }
            return Finding(
                name: "tensorflow.\(function)", verdict: acts ? .dangerous : .unknown, reason: "a TensorFlow function is called")
        case "function":
            let name = config?.string ?? "?"
            if ["get_file", "load_model", "load_weights", "enable_unsafe_deserialization", "run_path"].contains(name) {
                return Finding(name: "\(module).\(name)", verdict: .dangerous, reason: "a function that acts is called")
            }
            return foreign(module: module, name: name)
        default: return foreign(module: module, name: className)
        }
    }

    /// Keras imports the module that a configuration names.
    private static func foreign(module: String, name: String) -> Finding? {
        if module.isEmpty { return nil }
        let verdict = GlobalVerdict.of(module: module, name: name)
        if verdict == .dangerous {
            return Finding(name: "\(module).\(name)", verdict: .dangerous, reason: "it is imported and called when the model is loaded")
        }
        let top = module.split(separator: ".").first.map(String.init) ?? module
        if ["keras", "tf_keras", "keras_nlp", "keras_cv", "builtins"].contains(top) || module.hasPrefix("tensorflow.python.keras") {
            return nil
        }
        return Finding(name: "\(module).\(name)", verdict: .unknown, reason: "it is imported when the model is loaded")
    }

    /// The JSON texts in a file of another format, such as HDF5, which stores attributes uncompressed and in one piece. Nil if the search
    /// took too long.
    static func texts(in bytes: ByteView) -> [ByteView]? {
        var places: [(start: Int, count: Int)] = []
        // A text may begin at every byte and run to the end, so the work is limited, whatever the bytes.
        var left = 4 * bytes.count + sizeLimit
        let isWhole: Bool = bytes.withUnsafeBytes { raw in
            var at = 0
            while let start = raw[at...].firstIndex(of: UInt8(ascii: "{")) {
                let end = balancedEnd(raw, from: start)
                left -= end.read
                guard left > 0 else { return false }
                if let last = end.last {
                    places.append((start, last + 1 - start))
                    at = last + 1
                } else {
                    at = start + 1
                }
            }
            return true
        }
        guard isWhole else { return nil }
        let name = Array("class_name".utf8)
        return places.filter { $0.count > 16 }.compactMap { try? bytes.window(at: $0.start, count: $0.count) }
            .filter { $0.contains(name) || $0.contains(Array("\\u00".utf8)) }
    }

    /// Offset of the brace that ends the object at `start`, and the number of bytes read; nil if there is a byte that no JSON text
    /// contains.
    private static func balancedEnd(_ raw: UnsafeRawBufferPointer, from start: Int) -> (last: Int?, read: Int) {
        var (depth, isText, isEscaped) = (0, false, false)
        for at in start..<raw.count {
            let byte = raw[at]
            if byte < 0x20 && ![0x09, 0x0A, 0x0D].contains(byte) || byte == 0x7F { return (nil, at - start + 1) }
            if isEscaped {
                isEscaped = false
            } else if isText {
                if byte == UInt8(ascii: "\\") { isEscaped = true } else if byte == UInt8(ascii: "\"") { isText = false }
            } else if byte == UInt8(ascii: "\"") {
                isText = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return (at, at - start + 1) }
            } else if byte >= 0x80 {
                return (nil, at - start + 1)
            }
        }
        return (nil, raw.count - start)
    }
}
