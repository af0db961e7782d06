import ConvertFiles
import ConvertIR
import Testing

@testable import Architectures

/// What is wrong with a description is said with the file, the line and what was expected; nothing in it traps or runs without end.
@Suite struct FamilyErrorTests {
    /// The message about lines that follow `family x`; reading them or following them fails.
    private func message(_ lines: String, _ more: [(String, [Int])] = []) throws -> String {
        let error = #expect(throws: (any Error).self, "\(lines)") {
            try Family.rebuild("family x\n" + lines, try Family.weights(Family.shapes + more))
        }
        return (error as? any DescribedError)?.problem ?? "\(String(describing: error))"
    }

    @Test(
        "What cannot be read is an error with its line",
        arguments: [
            ("wibble", "line 2: expected a line such as"), ("let = 3", "line 2: there is no operation \"3\""),
            ("let 3a = 3", "line 2: expected a name of letters"), ("let it = 3", "line 2: it is always the value of the line before"),
            ("let normalized = 1", "line 2: normalized is what the contract says"), ("let a 3", "line 2: expected \"=\", found \"3\""),
            ("let a = ", "line 2: expected a number, a variable or a function, found the end of the line"),
            ("let a = 1 +", "line 2: expected a number, a variable or a function"), ("let a = (1", "line 2: expected \")\""),
            ("let a = [1, 2", "line 2: expected \"]\""), ("let a = 1 2", "line 2: expected the end of the line, found \"2\""),
            ("let a = 1.5", "line 2: expected a whole number"), ("let a = 99999999999999999999", "line 2: expected a whole number"),
            ("let a = -x", "line 2: expected a whole number"), ("let a = length(conv1)", "line 2: expected one of has, size, rank"),
            ("let a = size(conv1.weight)", "line 2: expected \",\", found \")\""), ("let a = has()", "line 2: expected a key or a value"),
            ("let a = min(1)", "line 2: expected \",\""), ("let a = \"{b\"", "line 2: expected {variable}, {variable+1} or {variable-1}"),
            ("let a = \"{}\"", "line 2: expected {variable}"), ("let a = \"{b*2}\"", "line 2: expected {variable}"),
            ("let a = \"{b+99999999}\"", "line 2: expected {variable}"),
            ("let a = \"{b-9223372036854775808}\"", "line 2: expected {variable}"), ("let a = \"open", "line 2: expected a quotation mark"),
            ("add 1 list", "line 2: expected \"to\""), ("if", "line 2: expected a number"),
            ("if 1\nelse 2\nend", "line 3: expected the end of the line"),
            ("if 1\nlet a = 1", "line 2: \"if\" has no \"end\""), ("repeat i times 2", "line 2: \"repeat\" has no \"end\""),
            ("within a", "line 2: \"within\" has no \"end\""), ("define d\nif 1\nend", "line 2: \"define\" has no \"end\""),
            ("repeat i", "line 2: expected \"while\" or \"times\""), ("repeat 1 times 2\nend", "line 2: expected a name of letters"),
            ("end", "line 2: expected a line such as"), ("elif 1", "line 2: expected a line such as"),
            ("define d it\nend", "line 2: it is always"), ("define d a a\nend", "line 2: two words of d have the same name"),
            ("define d\nend\ndefine d\nend", "line 4: d is defined twice"),
            ("tensor t = noise(1)", "line 2: expected one of position_waves"),
            ("tensor t = position_waves(1, 2)", "line 2: expected \",\""), ("leave_out", "line 2: expected a key that is not part"),
            ("require 1", "line 2: expected what the network is otherwise"), ("output", "line 2: expected the name of an output"),
            ("image size=8x8", "line 2: expected channels=NUMBER"), ("image channels=3", "line 2: how the size of the image follows"),
            ("image channels=3 size=8 any", "line 2: how the size of the image follows"),
            ("image channels=3 depth=8", "line 2: expected one of channels, size"),
            ("image channels=3 any any", "line 2: any is given twice"),
            ("x = conv(it)", "line 2: there is no operation \"conv\""), ("x = relu(it", "line 2: expected \")\""),
            ("x = relu(it) slope=1", "line 2: relu has no \"slope\""),
            ("x = max_pool(it) kernel=2 kernel=3", "line 2: kernel is given twice"),
            ("input x: [batch, 3", "line 2:"), ("x =", "line 2: expected an operation"),
        ]) func reading(_ lines: String, _ expected: String) throws
    {
        let text = try message(lines)
        #expect(text.hasPrefix("mine.family, line ") && text.contains(expected), "\(text)")
    }

    @Test(
        "What says the family wrongly is an error with its line",
        arguments: [
            ("family y", "line 2: the family has a name already"), ("recognize", "line 2: expected a key that only this family has"),
            ("recognize a.*", "line 2: expected whole keys, found \"a.*\""), ("recognize a.{n}", "line 2: expected whole keys"),
            ("contract", "line 2: expected the name of the contract"), ("contract c\ncontract d", "line 3: there is a contract before"),
            ("variant v", "line 2: there is no contract before this line"),
            ("contract c\nvariant c", "line 3: there is a contract or variant c"),
            ("contract c\nvariant v\nvariant v", "line 4: there is a contract or variant v"),
            ("contract c\nwhen untrained", "line 3: there is no variant before this line"),
            ("contract c\nvariant v\nwhen it rains", "line 4: expected one of prefix, key, without, size, metadata, untrained"),
            ("contract c\nvariant v\nwhen untrained or key a", "line 4: expected \"and\" or the end of the line"),
            ("contract c\nvariant v\nwhen metadata a", "line 4: expected its value"),
            ("contract c color=red", "line 2: expected one of epsilon"),
            ("contract c channels=cmyk", "line 2: expected channels=rgb, bgr or gray"),
            ("contract c mean=x", "line 2: expected mean=NUMBER"),
            ("contract c mean=1,2", "line 2: expected mean=NUMBER, or one per channel"), ("contract c mean=nan", "line 2: expected mean="),
            ("contract c deviation=0", "line 2: expected deviation=a number above 0"),
            ("contract c channels=gray mean=1,2,3", "line 2: expected mean=NUMBER"),
            ("contract c epsilon=-1", "line 2: expected epsilon=NUMBER"),
            ("contract c epsilon=inf", "line 2: expected epsilon=NUMBER"),
            ("contract c crop=round", "line 2: expected crop=mtcnn, arcface"),
            ("contract c crop=mtcnn margin=-1", "line 2: expected margin=PIXELS"),
            ("contract c margin=4", "line 2: margin needs crop=mtcnn"),
            ("contract c crop=arcface margin=4", "line 2: margin needs crop=mtcnn"),
            ("contract c raw normalized", "line 2: raw and normalized contradict each other"),
            ("contract c raw=1", "line 2: expected raw=nothing"), ("contract c mean=1 mean=2", "line 2: mean is given twice"),
            ("contract c remark=\"x\"", "line 2: remark belongs to a variant line"),
            ("name", "line 2: expected the name of a network"),
            ("name a,", "line 2: expected another spelling"), ("name a if", "line 2: expected a number"),
            ("name {", "line 2: expected {variable}"),
            ("let a = 1\ncontract c", "line 3: \"contract\" after a line that builds the graph"),
            ("if 1\nrecognize a\nend", "line 3: \"recognize\" after a line"), ("about", "line 2: expected a sentence in quotation marks"),
        ]) func saying(_ lines: String, _ expected: String) throws
    {
        let text = try message(lines)
        #expect(text.hasPrefix("mine.family, line ") && text.contains(expected), "\(text)")
    }

    @Test(
        "What cannot be followed is an error with its line",
        arguments: [
            ("let a = b", "line 3: no line above defines the variable b"),
            ("let a = \"{b}\"", "line 3: no line above defines the variable b"),
            ("let b = \"x\"\nlet a = \"{b+1}\"", "line 4: expected a number in b, found \"x\""),
            ("let a = \"x\" + 1", "line 3: expected a number, found \"x\""), ("let a = [1] < 2", "line 3: expected a number"),
            ("let a = [\"x\"]", "line 3: expected a number"), ("if \"x\"\nend", "line 3: expected a number"),
            ("let a = 1\nadd 2 to a", "line 4: expected a list in a"), ("add it to a", "line 3: expected a number"),
            ("x = relu(y)", "line 3: no line above gives the value y"), ("let a = channels(y)", "line 3: no line above gives the value y"),
            ("output e = y", "line 3: no line above gives the value y"),
            ("use d", "line 3: no definition d takes 0 words; nothing is defined"),
            ("define d a\nend\nuse d", "line 5: no definition d takes 0 words; defined: d a"),
            ("x = relu(it)\nx = relu(it)", "line 4: the value x is given twice"),
            ("image channels=3 any", "line 3: the network has two inputs"),
            ("output input", "line 3: the input is an output"), ("x = relu(it)\noutput x\noutput x", "line 5: the output x is given twice"),
            ("x = relu(it)\noutput x\noutput y = x", "line 5: x is an output already"),
            ("x = relu(it)\ny = relu(it)\noutput x = y", "line 5: x is the name of a different value"),
            ("x = relu(it)\noutput y = x\ny = relu(x)", "line 5: y is the name of an output"),
            ("fact a = 1\nfact a = 2", "line 4: the fact a is given twice"), ("x = max_pool(it)", "line 3: max_pool needs kernel="),
            ("x = max_pool(it) kernel=big", "line 3: kernel must be"),
            ("let a = width(flat)\nflat = flatten(it)", "line 3: no line above gives the value flat"),
            ("flat = flatten(it)\nlet a = width(flat)", "line 4: expected a value with this axis, found \"flat\""),
        ]) func following(_ lines: String, _ expected: String) throws
    {
        let text = try message("image channels=3 size=8x6\n" + lines)
        #expect(text.hasPrefix("mine.family, line ") && text.contains(expected), "\(text)")
    }

    @Test(
        "Numbers that have no value, or none that fits, are the first difference",
        arguments: [
            ("let a = 5 / 0", "line 3: expected a number, found 5 / 0"), ("let a = 5 % 0", "line 3: expected a number, found 5 % 0"),
            ("let a = 9223372036854775807 + 1", "found 9223372036854775807 + 1"),
            ("let a = -9223372036854775807 - 2", "line 3: expected a number"),
            ("let a = 4294967296 * 4294967296", "line 3: expected a number"),
            ("let a = -9223372036854775808 / -1", "line 3: expected a number"),
            ("let b = 9223372036854775807\nlet a = \"{b+1}\"", "line 4: expected a number"),
            ("let a = inverse_root(0)", "line 3: expected a number above 0"),
            ("repeat i from -9223372036854775808 times 1\nend", "line 3: expected a first round"),
            ("tensor t = position_waves(0, 1, 1)", "line 3: expected sizes that a network can have"),
            ("tensor t = position_waves(4096, 4096, 4096)", "line 3: expected sizes"),
            ("tensor t = position_waves(-9223372036854775808, 1, 1)", "line 3: expected sizes"),
        ]) func numbers(_ lines: String, _ expected: String) throws
    {
        let text = try message("image channels=3 size=8x6\n" + lines)
        #expect(text.contains(expected) && text.contains("mine.family"), "\(text)")
    }

    @Test(
        "Images that no network takes are the first difference",
        arguments: [
            ("image channels=-1 size=8x6", "channels"), ("image channels=99999999 size=8x6", "channels"),
            ("image channels=x any", "a number"),
            ("image channels=3 size=0x6", "sides from 1"), ("image channels=3 size=99999x6", "sides from 1"),
            ("image channels=3 size=eight", "height and width"), ("image channels=3 window=7 halvings=17", "from 0 to 16 halvings"),
            ("image channels=3 window=7 halvings=-1", "from 0 to 16 halvings"),
        ]) func images(_ line: String, _ expected: String) throws
    {
        let text = try message(line + "\noutput e = it")
        #expect(text.contains("mine.family, line 2: expected") && text.contains(expected), "\(text)")
    }

    @Test(
        "What would run or grow without end stops at a limit",
        arguments: [
            ("repeat i while 1\nend", "4096 rounds"), ("repeat i times 5000\nend", "4096 rounds"),
            ("repeat i times 4096\nrepeat j times 4096\nrepeat k times 4096\nend\nend\nend", "1000000 steps"),
            ("define d\nuse d\nend\nuse d", "16 definitions inside each other"),
            ("define a\nuse b\nend\ndefine b\nuse a\nend\nuse a", "16 definitions inside each other"),
            ("let a = \"0123456789\"\nrepeat i times 40\nlet a = \"{a}{a}\"\nend", "4096 characters in a word"),
            ("let a = \"x\"\nrepeat i times 4096\nlet a = \"{a}x\"\nlet b = has({a}{a}{a}{a})\nend", "4096 characters in a word"),
            (
                "let a = \"0123456789\"\nrepeat i times 8\nlet a = \"{a}{a}\"\nend\ndefine d\nwithin {a}\nuse d\nend\nend\nuse d",
                "4096 characters in a path"
            ),
            ("repeat i times 4096\nadd i to l\nend\nadd 1 to l", "4096 numbers in a list"),
            ("repeat i times 4096\nrepeat j times 4096\nx{i}_{j} = relu(it)\nend\nend", "100000 nodes"),
            ("repeat i times 4096\ntensor t{i} = position_waves(1000, 1000, 1)\nend", "computed numbers"),
            ("repeat i times 4096\nfact f = 1\nend", "the fact f is given twice"),
            ("repeat i times 2000\nleave_out a{i}.*\nend", "1024 patterns of keys"),
            ("repeat i times 100\nx{i} = relu(it)\noutput y{i} = it\nend", "64 outputs"),
        ]) func limits(_ lines: String, _ expected: String) throws
    {
        let clock = ContinuousClock()
        var text = ""
        let time = try clock.measure { text = try message("image channels=3 size=8x6\n" + lines) }
        #expect(text.contains("mine.family, line ") && text.contains(expected), "\(text)")
        #expect(time < .seconds(20), "\(time)")
    }

    @Test("Blocks, parentheses and long expressions are not followed without end")
    func nesting() throws {
        func deep(_ count: Int) -> String {
            String(repeating: "if 1\n", count: count) + String(repeating: "end\n", count: count)
        }
        #expect(try message(deep(40)).contains("more than 32 blocks inside each other"))
        let parentheses = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
        #expect(try message("let a = " + parentheses).contains("more than 32 parts inside each other"))
        #expect(try message("let a = " + String(repeating: "not ", count: 100_000) + "1").contains("more than 32 parts"))
        let sum = "1" + String(repeating: " + 1", count: 100_000)
        #expect(try message("let a = " + sum).contains("more than 256 parts of an expression"))
        let names = (0..<300).map { "name a\($0)\n" }.joined()
        #expect(try message(names).contains("more than 256 names"))
        let keys = "recognize" + (0..<300).map { " a\($0)" }.joined()
        #expect(try message(keys).contains("more than 256 keys"))
        let signs = "contract c\nvariant v\n" + String(repeating: "when untrained\n", count: 300)
        #expect(try message(signs).contains("more than 256 variants and signs"))
        // Sixteen definitions, each with thirty blocks, are within both limits on their own.
        let blocks = String(repeating: "if 1\n", count: 30) + "use d\n" + String(repeating: "end\n", count: 30)
        #expect(try message("image channels=3 size=8\ndefine d\n\(blocks)end\nuse d").contains("more than 128 blocks inside each other"))
        #expect(try message("let a = \"" + String(repeating: "x", count: 5000) + "\"").contains("more than 4096 characters in a word"))
    }

    @Test("A description needs a family, an image and an output")
    func missingLines() throws {
        for (text, word) in [
            ("", "output"), ("# nothing\n\n", "output"), ("family x", "output"),
            ("contract c\nimage channels=3 size=8\noutput e = it", "family"),
            ("family x\nlet a = 1\noutput e = it", ""), ("family x\nlet a = 1", "image"),
            ("family x\nimage channels=3 size=8\nx = relu(it)\nleave_out *", "output"),
        ] {
            let error = #expect(throws: (any Error).self) { try Family.rebuild(text) }
            let problem = (error as? any DescribedError)?.problem ?? ""
            let expected =
                word.isEmpty
                ? "mine.family, line 3: no line above gives the value it" : "mine.family: there is no line that begins with \"\(word)\""
            #expect(problem == expected || problem.hasPrefix(expected), "\(text): \(problem)")
        }
    }

    @Test("Line ends, byte order marks and comments of other systems are read")
    func otherSystems() throws {
        let text = "\u{FEFF}" + Family.whole.replacing("\n", with: "   # a comment\r\n")
        #expect(try Family.rebuild(text).model.graph == (try Family.rebuild(Family.whole)).model.graph)
    }
}
