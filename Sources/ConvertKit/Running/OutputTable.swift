import ConvertFiles
import ConvertJSON

/// Numbers that came out of a network: one row for each image.
public struct OutputTable: Sendable {
    /// What is in a row, in single or double precision.
    public enum Values: Sendable {
        case float32([Float])
        case float64([Double])
    }

    /// The pictures' paths; nil for images of an array, which are counted from 0.
    public var names: [String]?
    /// Sizes of one row's output.
    public var shape: [Int]
    /// The rows, one after another.
    public var values: Values

    /// Rows.
    public var count: Int { names?.count ?? total / max(width, 1) }
    /// Numbers in a row.
    public var width: Int { shape.reduce(1, *) }

    /// - Parameters:
    ///   - names: the pictures' paths; nil for images of an array.
    ///   - shape: sizes of one row.
    ///   - values: the rows, one after another.
    public init(names: [String]? = nil, shape: [Int], values: Values) {
        self.names = names
        self.shape = shape
        self.values = values
    }

    private var total: Int {
        switch values {
        case .float32(let numbers): numbers.count
        case .float64(let numbers): numbers.count
        }
    }

    /// How many numbers are NaN or infinite.
    public var notFiniteCount: Int {
        switch values {
        case .float32(let numbers): numbers.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
        case .float64(let numbers): numbers.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
        }
    }

    /// The picture's path, or the index of an image.
    public func name(_ row: Int) -> String { names.map { $0[row] } ?? "\(row)" }

    /// A row's numbers, each with the fewest digits that read back as the same number.
    public func texts(_ row: Int) -> [String] {
        let range = row * width..<(row + 1) * width
        switch values {
        case .float32(let numbers): return numbers[range].map { "\($0)" }
        case .float64(let numbers): return numbers[range].map { "\($0)" }
        }
    }

    /// The cosine of the angle between two rows: 1 for the same direction. NaN if a row has no length.
    public func cosine(_ first: Int, _ second: Int) -> Double {
        let (one, other) = (doubles(first), doubles(second))
        func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(one, other) / (dot(one, one) * dot(other, other)).squareRoot()
    }

    /// A row's numbers in double precision.
    public func doubles(_ row: Int) -> [Double] {
        let range = row * width..<(row + 1) * width
        switch values {
        case .float32(let numbers): return numbers[range].map { Double($0) }
        case .float64(let numbers): return Array(numbers[range])
        }
    }

    /// The path, the sizes, and the first few numbers.
    public func line(_ row: Int) -> String {
        let shown = texts(row).prefix(5).joined(separator: " ")
        return "\(name(row))  \(shape.map(String.init).joined(separator: "×")): \(shown)\(width > 5 ? " …" : "")"
    }

    /// `image,e0,e1,…`: column names that are not numbers, so that every reader knows them from data.
    public var csvHeader: String { "image," + (0..<width).map { "e\($0)" }.joined(separator: ",") }

    /// A row as a line of CSV: the name, then the numbers.
    public func csvLine(_ row: Int) -> String { ([CSVText.quoted(name(row))] + texts(row)).joined(separator: ",") }

    /// A row as an object with `image` and `embedding`.
    package func json(_ row: Int) -> JSONObject {
        let image: JSONValue = names == nil ? .integer(Int64(row)) : .string(name(row))
        // Through text, so that 0.1 in single precision stays 0.1.
        return JSONObject(["image": image, "embedding": .array(texts(row).map { .number(Double($0) ?? .nan) })])
    }

    /// Sizes of one row as a list.
    package var jsonShape: JSONValue { .array(shape.map { .integer(Int64($0)) }) }
}
