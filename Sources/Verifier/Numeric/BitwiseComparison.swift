import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// How an output departs from what it was written from.
package enum BitwiseDifference: DescribedError, Equatable {
    case missing(file: String, name: String)

    case unexpected(file: String, name: String)
    case order(file: String, name: String, expected: String)
    case kind(file: String, name: String, expected: String, found: String)
    case bytes(file: String, name: String, offset: Int)
    case sharing(file: String, name: String, other: String)

    /// The whole state dict is missing.
    package static func withoutStateDict(file: String) -> BitwiseDifference { .missing(file: file, name: "the state dict") }

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .missing(let file, let name): "\(file): read back from disk, \(name) is missing"
        case .unexpected(let file, let name): "\(file): read back from disk, \(name) is present but should not be"
        case .order(let file, let name, let expected): "\(file): read back from disk, \(name) is in the place of \(expected)"
        case .kind(let file, let name, let expected, let found):
            "\(file): read back from disk, \(name) is \(found) but should be \(expected)"
        case .bytes(let file, let name, let offset): "\(file): read back from disk, \(name) differs from its source at byte \(offset)"
        case .sharing(let file, let name, let other):
            "\(file): read back from disk, \(name) and \(other) no longer share memory as they did"
        }
    }

    /// What to do about it.
    package var remedy: String { "no output was left on disk; run again, and check the disk if it happens twice" }
}

/// Compares an output, read back from disk, with its source, bit by bit.
package enum BitwiseComparison {
    /// Compares names, order, dtypes, shapes and every bit of the elements in C order. Throws `BitwiseDifference`. The order of names that
    /// the format itself does not preserve (aliases) is not compared.
    package static func check(_ written: Weights, against source: Weights, file: String) throws {
        for entry in source.entries {
            guard let tensor = written[entry.name] else { throw BitwiseDifference.missing(file: file, name: entry.name) }
            try check(tensor, against: entry.tensor, name: entry.name, file: file)
        }
        for entry in written.entries where source[entry.name] == nil {
            throw BitwiseDifference.unexpected(file: file, name: entry.name)
        }
        let aliases = Set(source.aliases.map(\.name))
        let order = source.entries.map(\.name).filter { !aliases.contains($0) }
        let found = written.entries.map(\.name).filter { !aliases.contains($0) }
        for (found, expected) in zip(found, order) where found != expected {
            throw BitwiseDifference.order(file: file, name: found, expected: expected)
        }
    }

    /// Compares dtype, shape, and all elements of two tensors in C order. Throws `BitwiseDifference`.
    package static func check(_ written: Tensor, against source: Tensor, name: String, file: String) throws {
        func kind(_ tensor: Tensor) -> String { "\(tensor.dtype.rawValue) \(tensor.shape)" }
        guard written.dtype == source.dtype, written.shape == source.shape else {
            throw BitwiseDifference.kind(file: file, name: name, expected: kind(source), found: kind(written))
        }
        if written.strides == source.strides, !source.isContiguous || !written.isContiguous {
            return try checkStretch(written, against: source, name: name, file: file)
        }
        if written.isContiguous, source.isContiguous { return try checkStretch(written, against: source, name: name, file: file) }
        guard written.isContiguous else {
            // Neither can be borrowed in place: compare copies in C order.
            let (left, right) = (try written.cOrderBytes(), try source.cOrderBytes())
            guard left.hasSameBytes(as: right) else { throw BitwiseDifference.bytes(file: file, name: name, offset: 0) }
            return
        }
        let lent = try written.cOrderBytes()
        var at = 0
        try source.forEachCOrderWindow { window in
            let part = try lent.window(at: at, count: window.count)
            let isSame = part.withUnsafeBytes { $0.elementsEqual(window) }
            guard isSame else { throw BitwiseDifference.bytes(file: file, name: name, offset: at) }
            part.letGo()
            at += window.count
        }
    }

    /// With equal strides, the used ranges of both storages hold the same bytes, except in gaps that belong to no element: those require a
    /// copy in C order.
    private static func checkStretch(_ written: Tensor, against source: Tensor, name: String, file: String) throws {
        let (left, right) = (written.usedBytes, source.usedBytes)
        let (writtenBytes, sourceBytes) = (try written.storage.bytes(), try source.storage.bytes())
        var at = 0
        while at < left.count {
            let size = min(4 << 20, left.count - at)
            let first = try writtenBytes.window(at: left.lowerBound + at, count: size)
            let second = try sourceBytes.window(at: right.lowerBound + at, count: size)
            guard first.hasSameBytes(as: second) else { throw BitwiseDifference.bytes(file: file, name: name, offset: at) }
            first.letGo()
            second.letGo()
            at += size
        }
    }
}
