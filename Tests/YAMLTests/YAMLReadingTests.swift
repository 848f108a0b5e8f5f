import Model
import TestSupport
import Testing
import YAML

/// The documents of `text` as JSON lines, or the problems.
func reading(_ text: String, limits: ParseLimits = .standard) -> String {
    do {
        return try parseYAML(Array(text.utf8), file: "f", limits: limits)
            .map { String(decoding: printJSON($0.root), as: UTF8.self) }.joined(separator: "\n")
    } catch {
        return error.summary
    }
}

private func check(
    _ text: String, gives expected: String, limits: ParseLimits = .standard,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    #expect(reading(text, limits: limits) == expected, sourceLocation: sourceLocation)
}

@Suite("Reading YAML")
struct YAMLReadingTests {
    @Test func helmsFromYamlAnswersHold() {
        check(
            """
            a: 1
            b: [x, 2]
            c: {d: yes}
            e: 1.0
            f: 12345678
            g: 2001-01-01
            h: 010
            i: 0o10
            j: ~
            k: 1e3
            l: 'x'
            m: !!str 5
            n: 1_000
            o: 1:30
            p: 0x1F
            1: 2
            true: 3
            """,
            gives: """
                {"a":1,"b":["x",2],"c":{"d":true},"e":1,"f":12345678,"g":"2001-01-01","h":8,"i":8,\
                "j":null,"k":1000,"l":"x","m":"5","false":1000,"o":"1:30","p":31,"1":2,"true":3}
                """)
    }

    @Test func bothLinesOfEveryDuplicateKeyAreNamed() {
        check(
            "a: 1\nb:\n  c: 1\n  c: 2\ny: 1\na: 3\ntrue: 4\n",
            gives: """
                f:4:3: the key "c" is already set at line 3
                f:6:1: the key "a" is already set at line 1
                f:7:1: the key "true" is already set at line 5
                """)
    }

    @Test func aDuplicateAmongManyKeysNamesBothLines() {
        let keys = (1...40).map { "k\($0): 1\n" }.joined()
        check(keys + "k7: 2\n", gives: "f:41:1: the key \"k7\" is already set at line 7")
        check("a: {b: 1,\n  c: 2, b: 3}\n", gives: "f:2:9: the key \"b\" is already set at line 1")
    }

    @Test func mergeKeysAddWhatIsNotSetBelowThem() {
        check("a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  x: 3\n", gives: merged(#"{"x":3,"z":2}"#))
        check("a: &a {x: 1, z: 2}\nb: {<<: *a}\n", gives: merged(#"{"x":1,"z":2}"#))
        // As go-yaml v2 does it, what is merged wins over what stands above it.
        check("a: &a {x: 1, z: 2}\nb:\n  x: 3\n  <<: *a\n", gives: merged(#"{"x":1,"z":2}"#))
        check(
            "a: &a {x: 1, z: 2}\nb:\n  <<: [*a, {x: 4, w: 5}]\n",
            gives: merged(#"{"x":1,"w":5,"z":2}"#))
        check("a: 1\n'<<': {x: 1}\n", gives: #"{"a":1,"<<":{"x":1}}"#)
    }

    private func merged(_ object: String) -> String { #"{"a":{"x":1,"z":2},"b":\#(object)}"# }

    @Test func onlyObjectsCanBeMerged() {
        let message = "only an object or a list of objects can be merged with <<"
        check("a: 1\n<<: 2\n", gives: "f:2:5: \(message)")
        check("<<: [{a: 1},\n  text]\n", gives: "f:2:3: \(message)")
    }

    @Test func aliasesAreCountedAsWhatTheyStandFor() {
        let bomb = """
            a: &a [x, x, x, x]
            b: &b [*a, *a, *a, *a]
            c: &c [*b, *b, *b, *b]
            d: [*c, *c, *c, *c]
            """
        check(
            bomb, gives: "f:3:12: more than 60 values, aliases counted as what they stand for",
            limits: ParseLimits(maxBytes: 1000, maxDepth: 10, maxNodes: 60))
        check(
            "a: &a [*a]\nb: *c\n",
            gives: """
                f:1:8: the value of anchor &a contains itself
                f:2:4: there is no anchor &c before this alias
                """)
    }

    /// Nine levels of nine stand for a thousand million values.
    @Test func anExpansionBombIsRefusedAtOnce() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            let row = Array(repeating: alias, count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(row)]\n"
        }
        let limit = ParseLimits.standard.maxNodes
        #expect(
            reading(bomb).hasSuffix(
                "more than \(limit) values, aliases counted as what they stand for"))
    }

    @Test func byteOrderMarksAndCarriageReturnsAreNoContent() {
        check("\u{FEFF}a: 1\r\nb: x\r\n", gives: #"{"a":1,"b":"x"}"#)
        check("a: |\r\n  x\r\n  y\r\n", gives: #"{"a":"x\ny\n"}"#)
        check("a: \"x\r\n  y\"\r\n", gives: #"{"a":"x y"}"#)
        check("\u{FEFF}---\r\na: 1\r\n---\r\nb: 2\r\n", gives: "{\"a\":1}\n{\"b\":2}")
        check("a: '\u{FEFF}'\n", gives: "{\"a\":\"\u{FEFF}\"}")
    }

    @Test func documentsInWhichNothingIsWrittenAreSkipped() {
        check("", gives: "")
        check("# only a comment\n", gives: "")
        check("---\n---\na: 1\n---\n# none\n...\n", gives: #"{"a":1}"#)
        check("---\nnull\n", gives: "null")
    }

    @Test func breaksOfTheSyntaxNameTheirPlace() {
        check(
            "a: 1\n\tb: 2\n",
            gives: """
                f:2:1: found a tab character that violates indentation while scanning a plain scalar \
                that begins at line 1
                """)
        check(
            "a:\n\t- b\n",
            gives: """
                f:2:1: found character that cannot start any token while scanning for the next token
                """)
        check(
            "a: [1\nb: 2\n",
            gives:
                "f:2:2: did not find expected ',' or ']' while parsing a flow sequence that begins at line 1"
        )
        check("a: .inf\n", gives: "f:1:4: .inf is a number that JSON cannot say")
        check(
            "? [a]\n: 1\n~: 2\n",
            gives: "f:1:3: an array cannot be a key\nf:3:1: null cannot be a key")
    }

    @Test func limitsAreProblems() {
        let small = ParseLimits(maxBytes: 40, maxDepth: 3, maxNodes: 5)
        check("[[[]]]", gives: "[[[]]]", limits: small)
        check("[[[[]]]]", gives: "f:1:4: nested deeper than 3 levels", limits: small)
        check(
            String(repeating: "#", count: 41), gives: "f:1:1: the file is longer than 40 bytes",
            limits: small)
        check(
            String(repeating: "[", count: 100_000), gives: "f:1:257: nested deeper than 256 levels")
    }

    @Test func whatIsNoUTF8IsRefusedWithItsPlace() {
        #expect(
            throws: Problems([
                Problem(
                    at: SourceLocation(file: "f", line: 2, column: 4), "the file is not UTF-8 here")
            ])
        ) { try parseYAML(Array("a: 1\nb: ".utf8) + [0xC3, 0x28], file: "f") }
    }
}
