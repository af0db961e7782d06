import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// safetensors (huggingface/safetensors, README "Format"): an 8-byte header length, a JSON header, then tensors in C order without gaps.
package enum SafetensorsFormat: FileFormat {
    /// The format's name.
    package static let name = "safetensors"
    /// Extensions of its files.
    package static let extensions = ["safetensors"]
    /// Hugging Face readers expect the source's tensors.
    package static let capabilities = FormatCapabilities(holdsBareWeights: true, promisesSourceTensors: true)

    /// Longest header that the reference reader accepts, in bytes.
    static let headerLimit = 100_000_000
    static let metadataKey = "__metadata__"
    /// Metadata entry for names that were left out because another name is the same tensor: a JSON object from each such name to the one
    /// that was kept.
    static let aliasKey = "convert.aliases"
    /// Metadata entry with the path that the state dict had in its checkpoint.
    static let stateDictKey = "convert.state_dict"
    /// Metadata entry with the model's document.
    static let documentKey = "convert.model"

    /// Whether the content begins with a header length and a JSON object.
    package static func recognizes(_ bytes: ByteView) -> Bool {
        guard bytes.count > 9, let length = try? bytes.integer(at: 0, as: UInt64.self) else { return false }
        return bytes.matches([UInt8(ascii: "{")], at: 8) && length >= 2 && length <= UInt64(Int.max)
    }

    /// Reads and checks the header; tensors stay in the mapped file.
    package static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let length = try file.bytes.integer(at: 0, as: UInt64.self)
        guard length <= UInt64(headerLimit) else {
            throw SafetensorsError.headerTooLong(file: file.path, length: length, limit: headerLimit)
        }
        guard Int(length) <= file.bytes.count - 8 else {
            throw SafetensorsError.headerPastEnd(file: file.path, length: length, size: file.bytes.count)
        }
        let dataStart = 8 + Int(length)
        let headerBytes = try file.bytes.window(at: 8, count: Int(length)).array
        let header: JSONValue
        do throws(JSONError) {
            header = try JSONParser.parse(headerBytes)
        } catch {
            throw SafetensorsError.malformedHeader(file: file.path, detail: "\(error)")
        }
        guard case .object(let members) = header else {
            throw SafetensorsError.malformedHeader(file: file.path, detail: "it is not an object")
        }
        let reader = SafetensorsHeaderReader(file: file, dataStart: dataStart)
        var entries = try reader.tensors(members)
        let metadata = try reader.metadata(members)
        try restoreAliases(metadata, into: &entries, file: file.path)
        let known = Set(["format", aliasKey, stateDictKey, documentKey])
        let document = try metadata[documentKey]?.string.map { try ModelDocument(text: Array($0.utf8)) }
        var plain = Metadata()
        for member in metadata.members where !known.contains(member.key) {
            plain.append(member.key, SafetensorsText.value(member.value.string ?? ""))
        }
        let dataBytes = file.bytes.count - dataStart
        return OpenedFile(
            file: file, format: name,
            facts: [
                FileFact(name: "container", text: "safetensors"), FileFact(name: "header", text: "\(length) bytes"),
                FileFact(name: "checksums", text: "none in this format"),
            ],
            weights: Weights(
                entries: entries, metadata: plain,
                provenance: document?.provenance
                    ?? Provenance(source: file.name, format: name, stateDictPath: metadata[stateDictKey]?.string ?? "")),
            document: document,
            groups: [.init(name: "backbone", byteCount: dataBytes), .init(name: "container", byteCount: dataStart)], checksums: [])
    }

    /// Writes tensors, metadata and, for a model, its document.
    package static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        let document = content.model.map { ModelDocument.besideMetadata($0) }
        try SafetensorsWriter.write(content.weights, document: document, to: output)
        return []
    }

    private static func restoreAliases(_ metadata: JSONObject, into entries: inout [Weights.Entry], file: String) throws {
        guard let text = metadata[aliasKey]?.string else { return }
        guard let aliases = (try? JSONParser.parse(Array(text.utf8)))?.object else {
            throw SafetensorsError.malformedHeader(file: file, detail: "\(aliasKey) is not a JSON object")
        }
        let byName = Dictionary(entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        for member in aliases.members {
            guard let kept = member.value.string, let tensor = byName[kept], byName[member.key] == nil else {
                throw SafetensorsError.malformedHeader(file: file, detail: "\(aliasKey) names \(member.key), whose tensor is missing")
            }
            entries.append(Weights.Entry(name: member.key, tensor: tensor))
        }
    }
}

/// Scalars in `__metadata__`, which holds only texts: numbers and booleans as JSON writes them, texts unchanged unless they would read as
/// one of those.
enum SafetensorsText {
    static func text(_ value: JSONValue) -> String {
        if case .number(let number) = value, !number.isFinite { return number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity" }
        guard case .string(let text) = value else { return value.text() }
        return self.value(text) == value ? text : value.text()
    }

    static func value(_ text: String) -> JSONValue {
        switch text {
        case "NaN": return .number(.nan)
        case "Infinity": return .number(.infinity)
        case "-Infinity": return .number(-.infinity)
        default: break
        }
        guard let parsed = try? JSONParser.parse(Array(text.utf8)) else { return .string(text) }
        switch parsed {
        case .object, .array: return .string(text)
        default: return parsed
        }
    }
}

/// The dtypes of safetensors and their counterparts here.
enum SafetensorsDType {
    static let names: [(DType, String)] = [
        (.float64, "F64"), (.float32, "F32"), (.float16, "F16"), (.bfloat16, "BF16"), (.int64, "I64"), (.int32, "I32"), (.int16, "I16"),
        (.int8, "I8"), (.uint64, "U64"), (.uint32, "U32"), (.uint16, "U16"), (.uint8, "U8"), (.bool, "BOOL"), (.complex64, "C64"),
        (.float8E4M3FN, "F8_E4M3"), (.float8E5M2, "F8_E5M2"), (.float8E4M3FNUZ, "F8_E4M3FNUZ"), (.float8E5M2FNUZ, "F8_E5M2FNUZ"),
        (.float8E8M0FNU, "F8_E8M0"), (.float4E2M1FNx2, "F4"), (.float6E2M3, "F6_E2M3"), (.float6E3M2, "F6_E3M2"),
    ]

    /// For types narrower than a byte: how many elements of the format make up how many of ours along the last axis.
    static func packing(_ dtype: DType) -> (elements: Int, bytes: Int)? {
        switch dtype {
        case .float4E2M1FNx2: (2, 1)
        case .float6E2M3, .float6E3M2: (4, 3)
        default: nil
        }
    }

    static func name(_ dtype: DType) -> String? { names.first { $0.0 == dtype }?.1 }
    static func dtype(_ name: String) -> DType? { names.first { $0.1 == name }?.0 }
}
