import Testing

/// Every operator and function of docs/families.md, by its value.
@Suite struct FamilyExpressionTests {
    @Test(
        "Expressions have the values that docs/families.md gives them",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3"), ("7 % 4", "3"), ("2 - 3 - 4", "-5"), ("12 / 3 / 2", "2"),
            ("-3 + 1", "-2"), ("1 < 2", "1"), ("2 < 2", "0"), ("2 <= 2", "1"), ("3 <= 2", "0"), ("2 > 1", "1"), ("2 > 2", "0"),
            ("2 >= 2", "1"), ("1 >= 2", "0"), ("1 == 1", "1"), ("1 == 2", "0"), ("1 != 2", "1"), ("1 != 1", "0"), ("not 0", "1"),
            ("not 3", "0"), ("not 1 == 2", "1"), ("1 and 0", "0"), ("1 and 2", "1"), ("0 or 2", "1"), ("0 or 0", "0"),
            ("1 or 1 and 0", "1"), ("\"a\" == \"a\"", "1"), ("\"a\" == \"b\"", "0"), ("[1, 2] == [1, 2]", "1"),
            ("[1, 2] == [2, 1]", "0"), ("[1, 2 + 3, []== []]", "[1,5,1]"), ("\"x{1}\" == 1", ""),
        ]) func operators(_ expression: String, _ value: String) throws
    {
        guard !value.isEmpty else {
            #expect(throws: (any Error).self) { try Family.value(expression) }
            return
        }
        #expect(try Family.value(expression) == value)
    }

    @Test(
        "Functions ask for weights, values, numbers and metadata",
        arguments: [
            ("has(conv1.weight)", "1"), ("has(conv2.weight)", "0"), ("size(conv1.weight, 0)", "4"), ("size(conv1.weight, 1)", "3"),
            ("size(conv1.weight, 9)", "0"), ("size(conv1.weight, 0 - 1)", "0"), ("size(conv2.weight, 0)", "0"),
            ("rank(conv1.weight)", "4"), ("rank(bn1.num_batches_tracked)", "0"), ("rank(conv2.weight)", "0"), ("channels(conv1)", "4"),
            ("height(conv1)", "8"), ("width(conv1)", "6"), ("features(conv1)", "192"), ("channels(it)", "4"), ("longer(24)", "6"),
            ("shorter(24)", "4"), ("longer(7)", "7"), ("shorter(7)", "1"), ("longer(49)", "7"), ("min(2, 3)", "2"), ("max(2, 3)", "3"),
            ("inverse_root(64)", "\"0.125\""), ("metadata(depth)", "3"), ("metadata(run.depth)", "5"), ("metadata(run)", "0"),
            ("metadata(nothing)", "0"), ("normalized", "0"),
        ]) func functions(_ expression: String, _ value: String) throws
    { #expect(try Family.value(expression) == value) }

    @Test("Variables hold numbers, texts, lists and values, and are parts of words")
    func variables() throws {
        #expect(try Family.value("n + 1", after: "let n = 41") == "42")
        #expect(try Family.value("has(conv{n}.weight)", after: "let n = 1") == "1")
        #expect(try Family.value("has(conv{n+1}.weight)", after: "let n = 0") == "1")
        #expect(try Family.value("has(conv{n-1}.weight)", after: "let n = 2") == "1")
        #expect(try Family.value("\"{widths}\"", after: "let widths = [8, 16]") == "\"8_16\"")
        #expect(try Family.value("widths", after: "add 2 to widths\nadd 3 + 4 to widths") == "[2,7]")
        #expect(try Family.value("channels({kept})", after: "let kept = it\nrelu = relu(it)") == "4")
    }

    @Test("Of several alternatives the first whose condition holds counts")
    func alternatives() throws {
        let lines = "if n == 1\nlet x = 10\nelif n < 3\nlet x = 20\nelif n < 4\nlet x = 30\nelse\nlet x = 40\nend"
        for (n, x) in [(1, 10), (2, 20), (3, 30), (9, 40)] {
            #expect(try Family.value("x", after: "let n = \(n)\n\(lines)") == "\(x)")
        }
        #expect(try Family.value("x", after: "let x = 5\nif 0\nlet x = 6\nend") == "5")
    }

    @Test("A loop counts from 0 or from a number, while a condition holds or so many times")
    func loops() throws {
        #expect(try Family.value("list", after: "let list = []\nrepeat i times 3\nadd i to list\nend") == "[0,1,2]")
        #expect(try Family.value("list", after: "let list = []\nrepeat i from 2 times 2\nadd i to list\nend") == "[2,3]")
        #expect(try Family.value("list", after: "let list = []\nrepeat i times 0\nadd i to list\nend") == "[]")
        let keys = [("body.1.w", [1]), ("body.2.w", [1]), ("body.4.w", [1])]
        let loop = "let n = 0\nrepeat i from 1 while has(body.{i}.w)\nlet n = i\nend"
        #expect(try Family.value("n", after: loop, keys) == "2")
        // The variable is what it was before.
        #expect(try Family.value("i", after: "let i = 7\nrepeat i times 3\nlet x = i\nend") == "7")
        // A loop inside a loop begins anew each time.
        let nested = "let list = []\nrepeat i times 2\nrepeat j times i + 1\nadd 10 * i + j to list\nend\nend"
        #expect(try Family.value("list", after: nested) == "[0,10,11]")
    }

    @Test("A definition is followed wherever it is used, with the words as variables")
    func definitions() throws {
        let lines = "define twice n name\nlet {x} = 1\nend"
        #expect(throws: (any Error).self) { try Family.value("1", after: lines) }
        let define = "define double n\nadd n * 2 to list\nend\nlet list = []\n"
        #expect(try Family.value("list", after: define + "use double 3\nlet k = 5\nuse double {k}") == "[6,10]")
        #expect(try Family.value("n", after: "let n = 1\n" + define + "use double 3") == "1")
    }
}
