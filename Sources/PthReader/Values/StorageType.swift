import ConvertTensors

/// torch's storage and tensor classes, and their dtypes (torch/storage.py, torch/_utils.py).
enum StorageType {
    /// The dtype of a class such as `torch.FloatStorage` or `torch.cuda.FloatStorage`; uint8 for untyped storages. Nil if unknown.
    static func dtype(ofClass name: String) -> DType? {
        if let known = plainClasses[name] { return known }
        guard name.hasPrefix("torch."), let last = name.split(separator: ".").last else { return nil }
        let suffix = last.hasSuffix("Storage") ? "Storage" : "Tensor"
        guard last.hasSuffix(suffix) else { return nil }
        return byPrefix[String(last.dropLast(suffix.count))]
    }

    /// Classes as nearly every file names them.
    private static let plainClasses = Dictionary(
        byPrefix.map { ("torch.\($0.key)Storage", $0.value) }, uniquingKeysWith: { first, _ in first })

    /// Whether the class holds bytes without a dtype.
    static func isUntyped(_ name: String) -> Bool { name.hasSuffix(".UntypedStorage") || name.hasSuffix("._UntypedStorage") }

    /// The class under which a dtype is saved; nil for dtypes that only exist in untyped storages.
    static func className(of dtype: DType) -> String? {
        byPrefix.first { $0.value == dtype && !$0.key.hasPrefix("Untyped") && !$0.key.hasPrefix("_") }.map { "\($0.key)Storage" }
    }

    private static let byPrefix: [String: DType] = [
        "Double": .float64, "Float": .float32, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64, "Int": .int32, "Short": .int16,
        "Char": .int8, "Byte": .uint8, "Bool": .bool, "ComplexDouble": .complex128, "ComplexFloat": .complex64, "QInt8": .qint8,
        "QUInt8": .quint8, "QInt32": .qint32, "Untyped": .uint8, "_Untyped": .uint8,
    ]

    /// The dtype of a global such as `torch.float32`.
    static func dtype(ofGlobal name: String) -> DType? {
        guard name.hasPrefix("torch.") else { return nil }
        let short = String(name.dropFirst("torch.".count))
        let aliases = [
            "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16",
            "cfloat": "complex64", "cdouble": "complex128",
        ]
        return DType(rawValue: aliases[short] ?? short).flatMap { $0.isTorch ? $0 : nil }
    }
}

extension DType {
    /// The class in `torch` whose persistent id refers to a storage of this dtype, such as `FloatStorage`; nil for newer dtypes, which
    /// torch saves as untyped bytes.
    public var torchStorageClass: String? { StorageType.className(of: self) }
}
