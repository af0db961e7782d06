import ConvertJSON

/// A number for each channel of an image: one that holds for all of them, or one per channel in the order in which channels enter the
/// network.
public struct ChannelNumbers: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// One number, or one per channel; never empty.
    public let values: [Double]

    /// The same number for all channels.
    public init(_ number: Double) { values = [number] }

    /// One number per channel; equal numbers become one. Nil for an empty list or numbers that are not finite.
    public init?(_ each: [Double]) {
        guard let first = each.first, each.allSatisfy(\.isFinite) else { return nil }
        values = each.allSatisfy { $0 == first } ? [first] : each
    }

    /// The same number for all channels.
    public init(floatLiteral number: Double) { self.init(number) }
    /// The same number for all channels.
    public init(integerLiteral number: Int) { self.init(Double(number)) }

    /// The number of one channel.
    public subscript(channel: Int) -> Double { values.indices.contains(channel) ? values[channel] : values[0] }

    /// The number, if it is the same for all channels.
    public var single: Double? { values.count == 1 ? values[0] : nil }

    /// Each number changed.
    public func map(_ change: (Double) -> Double) -> ChannelNumbers { ChannelNumbers(values.map(change)) ?? self }

    /// Each channel's number with another's.
    public func with(_ other: ChannelNumbers, _ function: (Double, Double) -> Double) -> ChannelNumbers {
        let channels = 0..<max(values.count, other.values.count)
        return ChannelNumbers(channels.map { function(self[$0], other[$0]) }) ?? self
    }

    /// The numbers of these channels, in this order.
    public func reordered(_ channels: [Int]) -> ChannelNumbers {
        single == nil ? ChannelNumbers(channels.map { self[$0] }) ?? self : self
    }

    /// As people write it: `127.5`, or `(123.7, 116.3, 103.5)`.
    public var description: String {
        func text(_ number: Double) -> String { number == number.rounded() && abs(number) < 1e6 ? "\(Int(number))" : "\(number)" }
        return single.map(text) ?? "(" + values.map(text).joined(separator: ", ") + ")"
    }

    /// A number, or an array of numbers.
    package var json: JSONValue { single.map { .number($0) } ?? .array(values.map { .number($0) }) }

    /// Reads what `json` wrote; nil for anything else.
    package init?(json: JSONValue?) {
        if let number = json?.double, number.isFinite {
            self.init(number)
            return
        }
        guard let items = json?.array, (1...1 << 16) ~= items.count else { return nil }
        let numbers = items.compactMap(\.double)
        guard numbers.count == items.count else { return nil }
        self.init(numbers)
    }
}
