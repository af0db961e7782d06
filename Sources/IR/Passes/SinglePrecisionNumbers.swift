extension Operation {
    /// The operation with its numbers as the shortest decimals of the float32 numbers that arithmetic takes them for; one that float32 cannot
    /// hold stays as it is.
    var withSinglePrecisionNumbers: Operation { Operation(kind, SinglePrecisionFields(operation: self)) }
}

/// The fields of an operation, with numbers rounded.
private struct SinglePrecisionFields: OperationFields {
    let operation: Operation

    func weight(_ role: String, isOptional: Bool) throws(Never) -> String? { operation.weights.first { $0.role == role }?.key }

    func attribute(_ attribute: AttributeDescription) throws(Never) -> AttributeValue {
        let value = operation.attributes.first { $0.name == attribute.name }?.value
        return switch value {
        case .number(let number): .number(rounded(number))
        case .channelNumbers(let numbers): .channelNumbers(numbers.map(rounded))
        // Every operation of a kind has all of the kind's attributes.
        default: value ?? .flag(false)
        }
    }

    private func rounded(_ number: Double) -> Double {
        let single = Float(number)
        return single.isFinite && (single != 0 || number == 0) ? single.shortestDecimal : number
    }
}
