/// CALFW's and CPLFW's lists (`pairs_CALFW.txt`, `pairs_CPLFW.txt`): two lines a pair, each a picture's name and a number, the same on both
/// lines. 0 stands for different people; other numbers for the same person, and where there are several, they are the pair's fold.
///
/// Different-people pairs have no folds there: they are divided into as many runs in file order, as LFW's are.
enum TwoLinePairs {
    /// Whether a list that begins with this line has this form: a name that is not a number, and a whole number.
    static func isFirst(_ line: TextLines.Line) -> Bool {
        let fields = line.fields
        return fields.count == 2 && number(fields[1]) != nil && number(fields[0]) == nil
    }

    static func read(_ lines: TextLines, file: String) throws(LFWError) -> ListedPairs {
        guard lines.lines.count.isMultiple(of: 2) else {
            throw .badLine(
                file: file, line: lines.lines.last?.number ?? 1, reason: "the list has two lines a pair, and this one is left over")
        }
        var (pairs, numbers): ([LFWPair], [Int]) = ([], [])
        for place in stride(from: 0, to: lines.lines.count, by: 2) {
            let (first, second) = (try picture(lines.lines[place], file), try picture(lines.lines[place + 1], file))
            guard first.number == second.number else {
                throw .badLine(
                    file: file, line: lines.lines[place + 1].number,
                    reason: "its number is \(second.number), but that of the pair's first line is \(first.number)")
            }
            pairs.append(LFWPair(first.name, second.name, isSame: first.number != 0))
            numbers.append(first.number)
        }
        let form = "CALFW's and CPLFW's form, two lines a pair"
        let folds = Set(numbers.filter { $0 != 0 }).sorted()
        // CPLFW's numbers are labels, CALFW's are folds.
        guard folds.count > 1 else { return ListedPairs(pairs: pairs, form: form) }
        let order = Dictionary(folds.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let different = numbers.count { $0 == 0 }
        var next = 0
        let assigned = numbers.map { number in
            if let fold = order[number] { return fold }
            defer { next += 1 }
            return FoldAssignment.fold(of: next, in: different, folds: folds.count)
        }
        return ListedPairs(pairs: pairs, folds: assigned, form: form)
    }

    private static func picture(_ line: TextLines.Line, _ file: String) throws(LFWError) -> (name: String, number: Int) {
        let fields = line.fields
        guard fields.count == 2, let number = number(fields[1]) else {
            throw .badLine(
                file: file, line: line.number, reason: "a picture's name and a whole number from 0 to 1,000 are expected")
        }
        return (try PathPairLines.path(fields[0], file, line.number), number)
    }

    private static func number(_ text: Substring) -> Int? {
        guard 1...4 ~= text.utf8.count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number <= 1000 else {
            return nil
        }
        return number
    }
}
