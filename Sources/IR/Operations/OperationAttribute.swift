import ConvertJSON

/// An attribute of an operation, such as the stride of a convolution, with its value.
package struct OperationAttribute: Sendable, Equatable {
    let description: AttributeDescription
    /// The value.
    package let value: AttributeValue

    /// The name in documents.
    package var name: String { description.name }
    /// Whether it has the value that the text form leaves out.
    package var isUsual: Bool { value == description.usual }
    /// Whether it is written in documents.
    var isInDocuments: Bool { !(isUsual && description.isLeftOutOfDocuments) }
}

/// What is known of an attribute before its value is.
package struct AttributeDescription: Sendable, Equatable {
    package let name: String
    /// The name in the text form.
    package let textName: String
    package let form: AttributeForm
    /// The value that the text form leaves out; nil if it is always written.
    package let usual: AttributeValue?
    /// Whether documents leave the usual value out too: earlier versions did not know the attribute, or JSON has no such number.
    let isLeftOutOfDocuments: Bool
}

/// The forms that attributes take.
package enum AttributeForm: Sendable, CaseIterable {
    case integer, integers, number, channelNumbers, flag, size, padding
}

/// The value of an attribute.
package enum AttributeValue: Sendable, Equatable {
    case integer(Int)
    case integers([Int])
    case number(Double)
    case channelNumbers(ChannelNumbers)
    case flag(Bool)
    case size(Size2D)
    case padding(Padding2D)
}

// MARK: JSON

extension AttributeValue {
    /// The value as a member of a document.
    var json: JSONValue {
        func array(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer(Int64($0)) }) }
        return switch self {
        case .integer(let number): .integer(Int64(number))
        case .integers(let numbers): array(numbers)
        case .number(let number): .number(number)
        case .channelNumbers(let numbers): numbers.json
        case .flag(let flag): .boolean(flag)
        case .size(let size): array([size.height, size.width])
        case .padding(let padding): array([padding.top, padding.left, padding.bottom, padding.right])
        }
    }

    /// Reads what `json` wrote; nil for anything else.
    init?(json: JSONValue?, form: AttributeForm) {
        guard let json else { return nil }
        var integers: [Int]? {
            guard let items = json.array else { return nil }
            let numbers = items.compactMap(\.integer)
            return numbers.count == items.count ? numbers : nil
        }
        let value: AttributeValue? =
            switch form {
            case .integer: json.integer.map { .integer($0) }
            case .integers: integers.map { .integers($0) }
            case .number: json.double.map { .number($0) }
            case .channelNumbers: ChannelNumbers(json: json).map { .channelNumbers($0) }
            case .flag: json.boolean.map { .flag($0) }
            case .size: integers.flatMap { Size2D($0) }.map { .size($0) }
            case .padding: integers.flatMap { Padding2D($0) }.map { .padding($0) }
            }
        guard let value else { return nil }
        self = value
    }
}

// MARK: Text

extension AttributeForm {
    /// What a value looks like in the text form, for messages.
    package var example: String {
        switch self {
        case .integer: "a whole number"
        case .integers: "whole numbers such as 0,3,1,2"
        case .number: "a number such as 1e-05"
        case .channelNumbers: "a number, or one per channel such as 0.5,0.4,0.3"
        case .flag: "the name alone, without ="
        case .size: "height and width such as 2x2"
        case .padding: "rows and columns before and after (top,left,bottom,right) such as 1,1,1,1"
        }
    }

    /// Most numbers that a list in a text may have.
    package static let mostNumbers = 1 << 16
}

extension AttributeValue {
    /// A list without numbers, which no sound graph has.
    private static let emptyList = "none"

    /// The value after `name=`; a flag has none.
    package var text: String {
        switch self {
        case .integer(let number): "\(number)"
        case .integers(let numbers): numbers.isEmpty ? AttributeValue.emptyList : numbers.map(String.init).joined(separator: ",")
        case .number(let number): "\(number)"
        case .channelNumbers(let numbers): numbers.values.map { "\($0)" }.joined(separator: ",")
        case .flag: ""
        case .size(let size): "\(size.height)x\(size.width)"
        case .padding(let padding): "\(padding.top),\(padding.left),\(padding.bottom),\(padding.right)"
        }
    }

    /// Reads what `text` wrote; nil for anything else, and for numbers that are not finite.
    package init?(text: String, form: AttributeForm) {
        func parts(_ separator: Character, most: Int = AttributeForm.mostNumbers) -> [Substring]? {
            let parts = text.split(separator: separator, maxSplits: most, omittingEmptySubsequences: false)
            return parts.count <= most ? parts : nil
        }
        func integers(_ separator: Character) -> [Int]? {
            guard let parts = parts(separator) else { return nil }
            let numbers = parts.compactMap { Int($0) }
            return numbers.count == parts.count ? numbers : nil
        }
        func number(_ part: some StringProtocol) -> Double? { Double(part).flatMap { $0.isFinite ? $0 : nil } }
        let value: AttributeValue?
        switch form {
        case .integer: value = Int(text).map { .integer($0) }
        case .integers: value = text == AttributeValue.emptyList ? .integers([]) : integers(",").map { .integers($0) }
        case .number: value = number(text).map { .number($0) }
        case .channelNumbers:
            let numbers = parts(",").map { parts in parts.compactMap { number($0) } }
            value = numbers?.count == parts(",")?.count ? numbers.flatMap { ChannelNumbers($0) }.map { .channelNumbers($0) } : nil
        case .flag: value = nil
        case .size: value = integers("x").flatMap { Size2D($0) }.map { .size($0) }
        case .padding: value = integers(",").flatMap { Padding2D($0) }.map { .padding($0) }
        }
        guard let value else { return nil }
        self = value
    }
}

// MARK: Types that attributes are kept as

/// A type that an operation keeps an attribute as.
protocol AttributeConvertible: Sendable {
    static var attributeForm: AttributeForm { get }
    var attributeValue: AttributeValue { get }
    /// Nil for a value of a different form.
    init?(attribute value: AttributeValue)
}

extension Int: AttributeConvertible {
    static var attributeForm: AttributeForm { .integer }
    var attributeValue: AttributeValue { .integer(self) }
    init?(attribute value: AttributeValue) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension [Int]: AttributeConvertible {
    static var attributeForm: AttributeForm { .integers }
    var attributeValue: AttributeValue { .integers(self) }
    init?(attribute value: AttributeValue) {
        guard case .integers(let numbers) = value else { return nil }
        self = numbers
    }
}

extension Double: AttributeConvertible {
    static var attributeForm: AttributeForm { .number }
    var attributeValue: AttributeValue { .number(self) }
    init?(attribute value: AttributeValue) {
        guard case .number(let number) = value else { return nil }
        self = number
    }
}

extension ChannelNumbers: AttributeConvertible {
    static var attributeForm: AttributeForm { .channelNumbers }
    var attributeValue: AttributeValue { .channelNumbers(self) }
    init?(attribute value: AttributeValue) {
        guard case .channelNumbers(let numbers) = value else { return nil }
        self = numbers
    }
}

extension Bool: AttributeConvertible {
    static var attributeForm: AttributeForm { .flag }
    var attributeValue: AttributeValue { .flag(self) }
    init?(attribute value: AttributeValue) {
        guard case .flag(let flag) = value else { return nil }
        self = flag
    }
}

extension Size2D: AttributeConvertible {
    static var attributeForm: AttributeForm { .size }
    var attributeValue: AttributeValue { .size(self) }
    init?(attribute value: AttributeValue) {
        guard case .size(let size) = value else { return nil }
        self = size
    }

    /// Height and width; nil for more or fewer numbers.
    init?(_ numbers: [Int]) {
        guard numbers.count == 2 else { return nil }
        self.init(numbers[0], numbers[1])
    }
}

extension Padding2D: AttributeConvertible {
    static var attributeForm: AttributeForm { .padding }
    var attributeValue: AttributeValue { .padding(self) }
    init?(attribute value: AttributeValue) {
        guard case .padding(let padding) = value else { return nil }
        self = padding
    }

    /// Top, left, bottom and right; nil for more or fewer numbers.
    init?(_ numbers: [Int]) {
        guard numbers.count == 4 else { return nil }
        self.init(top: numbers[0], left: numbers[1], bottom: numbers[2], right: numbers[3])
    }
}
