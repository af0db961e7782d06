import ConvertIR

/// Expressions of a description, computed with the weights and the values so far.
extension FamilyBuilder {
    func evaluate(_ expression: FamilyExpression) throws -> FamilyValue {
        try meter.spend(line: line)
        switch expression {
        case .integer(let number): return .integer(number)
        case .text(let template): return .text(try word(template))
        case .list(let items): return .list(try items.map { try integer($0) })
        case .variable(let name):
            if name == "it" || variables[name] == nil, let value = try? reference(name) { return .node(value) }
            guard let value = variables[name] else { throw FamilyError.unknownVariable(file: family.file, line: line, name: name) }
            if case .list(let numbers) = value { try meter.spend(bytes: 8 * numbers.count, line: line) }
            return value
        case .not(let inner): return .integer(try isTrue(inner) ? 0 : 1)
        case .binary(let binary, let left, let right): return try evaluate(binary, left, right)
        case .call(.inverseRoot, _, let arguments):
            let number = try arguments.first.map { try integer($0) } ?? 0
            guard number > 0 else { throw FamilyStop("expected a number above 0, found inverse_root(\(number))") }
            return .text("\(Float(1 / Double(number).squareRoot()).shortestDecimal)")
        case .call(let function, let word, let arguments): return .integer(try call(function, word, arguments))
        }
    }

    func integer(_ expression: FamilyExpression) throws -> Int {
        let value = try evaluate(expression)
        guard case .integer(let number) = value else { throw wrong("a number", value.text) }
        return number
    }

    /// Whether a condition holds: a number that is not 0.
    func isTrue(_ expression: FamilyExpression) throws -> Bool { try integer(expression) != 0 }

    private func evaluate(_ binary: FamilyExpression.Binary, _ left: FamilyExpression, _ right: FamilyExpression) throws -> FamilyValue {
        func truth(_ condition: Bool) -> FamilyValue { .integer(condition ? 1 : 0) }
        switch binary {
        case .or: return truth(try isTrue(left) || isTrue(right))
        case .and: return truth(try isTrue(left) && isTrue(right))
        case .equal: return truth(try evaluate(left) == evaluate(right))
        case .different: return truth(try evaluate(left) != evaluate(right))
        default: break
        }
        let (one, other) = (try integer(left), try integer(right))
        let result: (partialValue: Int, overflow: Bool)
        switch binary {
        case .less: return truth(one < other)
        case .more: return truth(one > other)
        case .atMost: return truth(one <= other)
        case .atLeast: return truth(one >= other)
        case .plus: result = one.addingReportingOverflow(other)
        case .minus: result = one.subtractingReportingOverflow(other)
        case .times: result = one.multipliedReportingOverflow(by: other)
        case .divided: result = one.dividedReportingOverflow(by: other)
        case .remainder: result = one.remainderReportingOverflow(dividingBy: other)
        case .or, .and, .equal, .different: return .integer(0)
        }
        guard !result.overflow else { throw FamilyStop("expected a number, found \(one) \(binary.rawValue) \(other)") }
        return .integer(result.partialValue)
    }

    private func call(_ function: FamilyExpression.Function, _ word: WordTemplate?, _ arguments: [FamilyExpression]) throws -> Int {
        let name = try word.map { try self.word($0) } ?? ""
        func number(_ index: Int) throws -> Int { arguments.indices.contains(index) ? try integer(arguments[index]) : 0 }
        func type() throws -> ValueType? { try word.flatMap { types[try reference($0)] ?? nil } }
        func known(_ axis: Int) throws -> Int {
            guard let type = try type() else { throw FamilyStop() }
            guard type.shape.indices.contains(axis), let size = type.shape[axis].fixed else { throw wrong("a value with this axis", name) }
            return size
        }
        switch function {
        case .has:
            if keys.has(scope + name) { return 1 }
            absences.note(scope + name, line: line)
            return 0
        case .size:
            let (shape, axis) = (keys.shape(scope + name) ?? [], try number(0))
            return shape.indices.contains(axis) ? shape[axis] : 0
        case .rank: return keys.shape(scope + name)?.count ?? 0
        case .channels: return try known(1)
        case .height: return try known(2)
        case .width: return try known(3)
        case .features:
            guard let type = try type() else { throw FamilyStop() }
            var product = 1
            for dimension in type.shape.dropFirst() {
                guard let size = dimension.fixed else { throw wrong("a value whose sizes are known", name) }
                let next = product.multipliedReportingOverflow(by: size)
                guard !next.overflow else { throw FamilyStop("expected a value of a size that memory can hold, found \(type.shape)") }
                product = next.partialValue
            }
            return product
        case .longer: return FamilyBuilder.sides(area: try number(0)).longer
        case .shorter: return FamilyBuilder.sides(area: try number(0)).shorter
        case .min: return min(try number(0), try number(1))
        case .max: return max(try number(0), try number(1))
        case .inverseRoot: return 0
        case .metadata: return FamilyContracts.text(of: weights.metadata, at: name).flatMap { Int($0) } ?? 0
        }
    }

    /// The two sides of a map that are closest to each other; 1 and 1 for areas that no network has.
    static func sides(area: Int) -> (longer: Int, shorter: Int) {
        guard area > 0, area <= 1 << 24 else { return (1, 1) }
        var shorter = Int(Double(area).squareRoot())
        while shorter > 1, !area.isMultiple(of: shorter) { shorter -= 1 }
        return (area / max(shorter, 1), max(shorter, 1))
    }
}
