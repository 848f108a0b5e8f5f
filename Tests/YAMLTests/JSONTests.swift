import Model
import TestSupport
import Testing
import YAML

private func check(
    _ text: String, gives expected: String, limits: ParseLimits = .standard,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    check(Array(text.utf8), gives: expected, limits: limits, sourceLocation: sourceLocation)
}

private func check(
    _ bytes: [UInt8], gives expected: String, limits: ParseLimits = .standard,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    let found: String
    do {
        found = String(decoding: printJSON(try parseJSON(bytes, limits: limits)), as: UTF8.self)
    } catch {
        found = error.summary
    }
    #expect(found == expected, sourceLocation: sourceLocation)
}

private func checkCanonical(
    _ text: String, gives expected: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let found = canonicalJSON(try parseJSON(Array(text.utf8)))
    #expect(String(decoding: found, as: UTF8.self) == expected, sourceLocation: sourceLocation)
}

@Suite("JSON")
struct JSONTests {
    @Test func valuesComeBackAsTheyWereWritten() {
        check(
            #" {"b" : [1, -2, true ,false,null] , "a":{} } "#,
            gives: #"{"b":[1,-2,true,false,null],"a":{}}"#)
        check(#"["</>&","\u2028"]"#, gives: "[\"</>&\",\"\u{2028}\"]")
        check(
            #""\"\\\/\b\f\n\r\t\u0001\u001f\u00e9\ud83d\ude00""#,
            gives: #""\"\\/\b\f\n\r\t\u0001\u001fé😀""#)
        check("9223372036854775807", gives: "9223372036854775807")
        check("-9223372036854775808", gives: "-9223372036854775808")
        check("9223372036854775808", gives: "9223372036854776000")
        check("1.0", gives: "1")
        check("-0", gives: "0")
    }

    @Test func anIntegerIsNoDouble() throws {
        #expect(
            try parseJSON(Array("[1,1.0,1e2,18446744073709551616]".utf8))
                == [.int(1), .double(1), .double(100), .double(18_446_744_073_709_551_616)])
    }

    @Test func whatIsNoJSONIsRefusedWithItsPlace() {
        check("", gives: "line 1, column 1: the JSON ends in the middle of a value")
        check("{\n \"a\": }", gives: "line 2, column 7: found '}' where a value is expected")
        check("[1,]", gives: "line 1, column 4: found ']' where a value is expected")
        check("[1] 2", gives: "line 1, column 5: there is more after the end of the JSON value")
        check(
            "{\"a\":1,\"a\":2}",
            gives: "line 1, column 8: the key \"a\" occurs twice in one object")
        check("\"\\ud800\"", gives: "line 1, column 2: half of a surrogate pair in a string")
        check(
            "\"\\ude00\\ud83d\"",
            gives: "line 1, column 2: half of a surrogate pair in a string")
        check("\"\\x\"", gives: "line 1, column 2: unknown escape in a string")
        check(
            "\"é\n\"",
            gives: "line 1, column 3: a control character stands unescaped in a string")
        check([0x22, 0xFF, 0x22], gives: "line 1, column 2: the bytes are not UTF-8")
        check("01", gives: "line 1, column 1: malformed number")
        check("1.", gives: "line 1, column 3: the JSON ends in the middle of a value")
        check("-x", gives: "line 1, column 2: malformed number")
        check("1e400", gives: "line 1, column 1: the number is too large")
        check("nul", gives: "line 1, column 1: the JSON ends in the middle of a value")
        check("'a'", gives: "line 1, column 1: found ''' where a value is expected")
    }

    @Test func keysThatDifferOnlyInNormalizationAreDuplicates() {
        check(
            #"{"\u00e9":1,"e\u0301":2}"#,
            gives: "line 1, column 13: the key \"e\u{301}\" occurs twice in one object")
    }

    @Test func aDuplicateAmongManyKeysIsFound() {
        let keys = (0..<40).map { "\"k\($0)\":1" }.joined(separator: ",")
        check(
            "{\(keys),\"k7\":2}",
            gives: "line 1, column \(keys.count + 3): the key \"k7\" occurs twice in one object")
    }

    @Test func limitsAreErrors() {
        let small = ParseLimits(maxBytes: 100, maxDepth: 3, maxNodes: 5)
        check("[[[]]]", gives: "[[[]]]", limits: small)
        check("[[[[]]]]", gives: "line 1, column 4: nested deeper than 3 levels", limits: small)
        check("[1,2,3,4,5]", gives: "line 1, column 10: more than 5 values", limits: small)
        check(
            String(repeating: " ", count: 101),
            gives: "line 1, column 1: longer than 100 bytes", limits: small)
        check(
            String(repeating: "[", count: 1_000_000),
            gives: "line 1, column 257: nested deeper than 256 levels")
    }

    /// The examples of the standard itself.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3 and appendix B
    @Test func canonicalFormIsThatOfRFC8785() throws {
        try checkCanonical(
            #"{"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Emoji","\u0080":"C","\u00f6":"o"}"#,
            gives:
                "{\"\\r\":\"CR\",\"1\":\"One\",\"\u{80}\":\"C\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"Emoji\",\"\u{FB33}\":\"Dalet\"}"
        )
        try checkCanonical(
            #"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
            gives:
                #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        )
    }

    @Test func numbersPrintAsInECMAScript() {
        let cases: [(UInt64, String)] = [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
            (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x3E7A_D7F2_9ABC_AF48, "1e-7"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ]
        for (bits, expected) in cases {
            let found = canonicalJSON(.double(Double(bitPattern: bits)))
            #expect(String(decoding: found, as: UTF8.self) == expected)
        }
    }

    @Test func prettyFormIsIndentedByTwoSpaces() {
        #expect(
            prettyJSON(["b": [1, []], "a": [:], "c": ["d": "x"]]) == """
                {
                  "b": [
                    1,
                    []
                  ],
                  "a": {},
                  "c": {
                    "d": "x"
                  }
                }
                """)
    }
}
