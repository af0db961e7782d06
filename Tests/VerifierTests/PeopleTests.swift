import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// What depends on who the pictures show: intervals from resampling people, rates per group, and the DET curve, compared with NumPy and SciPy.
@Suite struct PeopleTests {
    static let expected: JSONObject = {
        let bytes = (try? Fixtures.bytes(Fixtures.path("scores/people.json"))) ?? []
        return (try? JSONParser.parse(bytes))?.object ?? JSONObject()
    }()

    private func list(_ pairs: [(String, String, Bool)]) throws -> PairList {
        try PairList(pairs.map { LFWPair($0.0, $0.1, isSame: $0.2) }, ownFolds: pairs.indices.map { $0 % 2 }, file: "list")
    }

    @Test("People are folders, or names before a number, whichever agrees with every pair") func peopleAreFoldersOrNames() throws {
        let folders = try #require(PairPeople(try list([("A/1.jpg", "A/2.jpg", true), ("B/1.jpg", "A/1.jpg", false)])))
        #expect(folders.names == ["A", "B"] && folders.ofPair == [SIMD2(0, 0), SIMD2(1, 0)])
        let names = try #require(
            PairPeople(try list([("all/A_B_0001.jpg", "all/A_B_0002.jpg", true), ("C_1.jpg", "all/A_B_0003.jpg", false)])))
        #expect(names.names == ["all/A_B", "C"])
        let profiles = try #require(
            PairPeople(
                try list([
                    ("Data/1/frontal/01.jpg", "Data/1/profile/01.jpg", true), ("Data/1/frontal/02.jpg", "Data/2/profile/01.jpg", false),
                ])))
        #expect(profiles.names == ["Data/1", "Data/2"])
        #expect(PairPeople(try list([("x/a.jpg", "y/a.jpg", true), ("x/b.jpg", "x/c.jpg", false)])) == nil)
        #expect(PairPeople(try list([("a.jpg", "b.jpg", true), ("c.jpg", "d.jpg", false)])) == nil)
    }

    @Test("The interval from resampling people is that of a plain program with the same generator") func thePeoplesInterval() throws {
        let table = try InventedPeople.table()
        let people = try #require(PairPeople(table.pairs))
        let indices = PeopleTests.expected["people"]?.array?.compactMap { $0.array?.compactMap(\.integer) } ?? []
        #expect(people.ofPair.map { [Int($0.x), Int($0.y)] } == indices && indices.count == 90)
        let found = try #require(LFWEvaluation(table, seed: 7).people)
        let ends = PeopleTests.expected["bootstrap"]?.array?.compactMap(\.double) ?? []
        #expect([found.lower, found.upper] == ends && found.resamples == 2000 && found.people == 23)
        #expect(PeopleBootstrap(people, isCorrect: [Bool](repeating: true, count: 90), seed: 1)?.lower == 1)
        #expect(PeopleBootstrap(people, isCorrect: [true], seed: 1) == nil)
    }

    @Test("On LFW, drawing people widens the interval by what the field's figures say") func peopleWidenTheIntervalOnLFW() throws {
        guard let file = try SharedFiles.file("lfw/published_pair_scores.csv") else { return }
        let evaluation = LFWEvaluation(try ScoreTable(file))
        let people = try #require(evaluation.people)
        // 1.25 to 1.45 times as wide; NumPy's generator gave 1.36.
        let ratio = (people.upper - people.lower) / (evaluation.bootstrap.upper - evaluation.bootstrap.lower)
        #expect(people.people == 4281 && ratio > 1.25 && ratio < 1.45, "\(ratio)")
    }

    private static func groupsFile() throws -> MappedFile {
        let members = expected["group_of"]?.object?.members ?? []
        let lines = members.map { "\(CSVText.quoted($0.key)),\($0.value.string ?? "")\n" }.joined()
        return try InventedPeople.written("name,group\n" + lines, "groups.csv")
    }

    @Test("Rates per group are those of a plain program, at the best threshold or at one for a rate", arguments: [nil, 0.1])
    func ratesPerGroup(_ rate: Double?) throws {
        let evaluation = LFWEvaluation(try InventedPeople.table(), falseMatchRate: rate)
        let groups = try PersonGroups(try PeopleTests.groupsFile()).ofPairs(evaluation.table.pairs, listName: "list")
        let found = GroupRates(evaluation, groups: groups)
        let key = rate == nil ? "best" : "rate"
        #expect(found.threshold == PeopleTests.expected[rate == nil ? "best_threshold" : "threshold_at_rate"]?.double)
        let rows = PeopleTests.expected["by_group_at_\(key)"]?.array?.compactMap(\.object) ?? []
        #expect(found.rows.map(\.name) == [nil, "even", "even + odd", "odd"] && rows.count == 4)
        for (row, expected) in zip(found.rows, rows) {
            #expect(row.name == expected["group"]?.string)
            #expect(row.differentCount == expected["different_pairs"]?.integer && row.sameCount == expected["same_pairs"]?.integer)
            #expect(row.confusion.falsePositive == expected["false_matches"]?.integer)
            #expect(row.confusion.falseNegative == expected["false_non_matches"]?.integer)
            for (interval, name) in [(row.falseMatchInterval, "fmr_95"), (row.falseNonMatchInterval, "fnmr_95")] {
                let ends = expected[name]?.array?.compactMap(\.double) ?? []
                #expect(ends.count == 2 && abs(interval.lower - ends[0]) < 1e-14 && abs(interval.upper - ends[1]) < 1e-14)
            }
        }
        #expect(found.rows[2].sameCount == 0 && found.rows[2].falseNonMatchRate == nil)
    }

    @Test("People without a group are named, and so are bad lines of the groups") func peopleWithoutAGroupAreNamed() throws {
        let table = try InventedPeople.table()
        let some = try PersonGroups(try InventedPeople.written("group,name\nx,Person_00\ny,Person_01\n"))
        do {
            _ = try some.ofPairs(table.pairs, listName: "list")
            Issue.record("groups were found")
        } catch { #expect("\(error)".contains("has no group of 21 people of the pairs: Person_") && "\(error)".contains(", …")) }
        let unknown = try list([("a.jpg", "b.jpg", true), ("c.jpg", "d.jpg", false)])
        #expect(throws: LFWError.peopleUnknown(file: "list")) { try some.ofPairs(unknown, listName: "list") }
        for (text, reason) in [
            ("name,group\nA,x\nA,y\n", "line 3: A is there twice"), ("name,group\nA\n", "line 2: a name and a group are expected"),
            ("who,group\nA,x\n", "line 1: the first line has to be name,group"), ("name,group\n", "contains no groups"),
            ("name,group\nA,\n", "line 2: a name and a group"),
            ("name,group\nA,x\nB,x + y\n", "line 3: a group's name cannot have \"+\" between blanks"),
        ] {
            do {
                _ = try PersonGroups(try InventedPeople.written(text))
                Issue.record("\(text) was read")
            } catch { #expect("\(error)".contains(reason), "\(error)") }
        }
    }

    @Test("The DET curve's points are those of a plain program") func thePointsOfTheTradeoff() throws {
        let curve = ROCCurve(try InventedPeople.table())
        let points = DetectionErrorTradeoff.points(curve)
        let expected = PeopleTests.expected["det"]?.array?.compactMap { $0.array?.compactMap(\.double) } ?? []
        #expect(expected.count == 13 && points.count == 13)
        for (point, rates) in zip(points, expected) {
            #expect(point.falseMatchRate == rates[0] && abs(point.falseNonMatchRate - rates[1]) < 1e-15)
        }
        #expect(PlotScale.deviate(0.5).magnitude < 1e-12 && abs(PlotScale.deviate(0.975) - 1.959963984540054) < 1e-12)
    }
}
