import ConvertFiles
import ConvertJSON

/// Formats that are not pickles but may contain some, or other code: NumPy arrays, Keras configurations, HDF5.
extension SafetyScan {
    /// An array of objects is a pickle after its header; numbers and text are not, whatever their bytes look like.
    mutating func scanNumpyArray(_ bytes: ByteView, place: String, depth: Int) {
        guard let major = try? bytes.byte(at: 6), (1...3).contains(major),
            let length = major == 1
                ? (try? bytes.integer(at: 8, as: UInt16.self)).map({ Int($0) })
                : (try? bytes.integer(at: 8, as: UInt32.self)).map({ Int($0) }),
            let header = try? bytes.window(at: major == 1 ? 10 : 12, count: length),
            let text = header.text ?? Optional(String(decoding: header.array, as: UTF8.self))
        else { return stop("\(place): the header of this NumPy array is damaged") }
        if SafetyScan.holdsNumbers(text) { return }
        let start = (major == 1 ? 10 : 12) + length
        guard let elements = try? bytes.window(at: start, count: bytes.count - start), elements.count > 0 else { return }
        scanStream(elements, place: "\(place), its objects", depth: depth, definesIDs: false)
    }

    /// Whether a header's `descr` names only numbers and text: one code, or fields that each have one.
    static func holdsNumbers(_ header: String) -> Bool {
        let bytes = Array(header.utf8)
        guard !bytes.contains(0x5C), let key = header.firstRange(of: "'descr':"), let end = header.firstRange(of: "'fortran_order'"),
            key.upperBound < end.lowerBound
        else { return false }
        let value = header[key.upperBound..<end.lowerBound].filter { $0 != " " }
        func isNumber(_ code: Substring) -> Bool {
            let bare = code.drop { "<>|=".contains($0) }
            guard let kind = bare.first, "biufcSUVMma?".contains(kind) else { return false }
            // A unit may follow, as in `<M8[ns]`.
            return bare.dropFirst().allSatisfy { $0.isASCII && ($0.isNumber || $0.isLetter || $0 == "[" || $0 == "]") }
        }
        if value.hasPrefix("'") {
            let inner = value.dropFirst().prefix { $0 != "'" }
            return value.dropFirst(inner.count + 2) == "," && isNumber(inner[...])
        }
        // Fields: every string that could be a code must be a code of numbers; a field may have the name of one.
        guard value.hasPrefix("[") else { return false }
        let texts = value.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        if value.split(separator: "[", omittingEmptySubsequences: false).count == 2, value.firstRange(of: "((") == nil,
            texts.count.isMultiple(of: 2)
        {
            // Names and codes alternate.
            return !texts.isEmpty && texts.enumerated().allSatisfy { $0.offset % 2 == 0 || isNumber($0.element) }
        }
        return !texts.isEmpty
            && !texts.contains { text in
                let bare = text.drop { "<>|=".contains($0) }
                return bare == "object" || bare.hasPrefix("O") && bare.dropFirst().allSatisfy(\.isNumber) || text.contains(",")
                    || text.contains("(")
            }
    }

    /// A Keras configuration, as `.keras` archives contain it; any other JSON is data.
    mutating func scanJSON(_ bytes: ByteView, place: String, depth: Int, isFile: Bool, isNamedPickle: Bool) {
        if let value = KerasConfiguration.parse(bytes) {
            let findings = KerasConfiguration.findings(in: value)
            for finding in findings { find(finding.name, in: place, finding.verdict, what: "Keras layer", reason: finding.reason) }
            if isFile, !KerasConfiguration.isModel(value) { stop(ContainerKind.refusal(bytes).problem) }
            return
        }
        if bytes.contains(Array("class_name".utf8)) || PathText.baseName(place).hasSuffix("config.json") {
            stop("\(place): it looks like a Keras configuration, but its JSON cannot be read")
        }
        judgeUnmarked(bytes, place, depth, isFile, isNamedPickle)
    }

    /// HDF5 runs nothing by itself; Keras stores the model's configuration in a text attribute, and PyTables stores pickles in datasets.
    mutating func scanHDF5(_ bytes: ByteView, place: String) {
        if bytes.contains(Array("PYTABLES_FORMAT_VERSION".utf8)) {
            find(
                "tables", in: place, .unknown, what: "HDF5 of PyTables",
                reason: "PyTables stores objects as pickles, which are not read here")
        }
        guard bytes.contains(Array("model_config".utf8)) else { return }
        guard let texts = KerasConfiguration.texts(in: bytes), !texts.isEmpty else {
            return stop("\(place): its Keras configuration cannot be found")
        }
        for text in texts {
            guard let value = KerasConfiguration.parse(text) else {
                stop("\(place): the JSON of its Keras configuration cannot be read")
                continue
            }
            for finding in KerasConfiguration.findings(in: value) {
                find(finding.name, in: place, finding.verdict, what: "Keras layer", reason: finding.reason)
            }
        }
    }
}

extension ByteView {
    /// Whether these bytes occur anywhere in the view.
    func contains(_ wanted: [UInt8]) -> Bool {
        withUnsafeBytes { raw in
            guard let first = wanted.first, raw.count >= wanted.count else { return false }
            var at = 0
            while let next = raw[at...].firstIndex(of: first), next + wanted.count <= raw.count {
                if wanted.indices.allSatisfy({ raw[next + $0] == wanted[$0] }) { return true }
                at = next + 1
            }
            return false
        }
    }
}
