import Model
import Testing
import YAML

@testable import Sandbox

@Suite("Expressions of definitions")
struct CELTests {
    private static let schema = """
        {"type": "object", "properties": {
          "name": {"type": "string"}, "size": {"type": "integer"}, "ratio": {"type": "number"},
          "on": {"type": "boolean"}, "port": {"x-kubernetes-int-or-string": true},
          "wait": {"type": "string", "format": "duration"},
          "since": {"type": "string", "format": "date-time"},
          "namespace": {"type": "string"}, "a-b": {"type": "string"},
          "labels": {"type": "object", "additionalProperties": {"type": "string"}},
          "items": {"type": "array", "items": {"type": "object", "properties": {
            "key": {"type": "string"}, "value": {"type": "integer"}}}},
          "tags": {"type": "array", "items": {"type": "string"}}}}
        """
    private static let object = """
        {"name": "web", "size": 3, "ratio": 2, "on": true, "port": "http", "wait": "1m30s",
         "since": "2026-01-01T00:00:00Z", "namespace": "n", "a-b": "dash",
         "labels": {"x": "1", "y": "2"},
         "items": [{"key": "a", "value": 1}, {"key": "b", "value": 2}], "tags": ["t", "u"]}
        """

    /// What an expression makes of the object above, or why it does not.
    private func value(_ source: String, old: Bool = false) throws -> String {
        let schema = try parseJSON(Array(Self.schema.utf8))
        let value = CELValue(try parseJSON(Array(Self.object.utf8)), schema: schema)
        do throws(CELProblem) {
            let program = try CELProgram(source, schema: schema, result: .any)
            var budget = 10_000_000
            do throws(CELFailure) {
                let result = try program.value(of: value, old: old ? value : nil, budget: &budget)
                return celText(result)
            } catch { return "error: \(error.message)" }
        } catch { return "refused: \(error.message)" }
    }

    private func check(_ cases: [(String, String)]) throws {
        for (source, expected) in cases {
            #expect(try value(source) == expected, "\(source)")
        }
    }

    @Test func operators() throws {
        try check([
            ("1 + 2 * 3 - 4 / 2", "5"), ("-7 % 3", "-1"), ("7 / -2", "-3"), ("2.5 * 2.0", "5"),
            ("'a' + 'b'", "ab"), ("size([1] + [2, 3])", "3"), ("1 == 1.0", "true"),
            ("1u < 2u && 3 > 2.5", "true"), ("'a' < 'b'", "true"), ("!(1 != 1)", "true"),
            ("2 in [1, 2]", "true"), ("'x' in self.labels", "true"),
            ("'z' in self.labels", "false"),
            ("true ? 1 : 2", "1"), ("self.size > 2 ? 'big' : 'small'", "big"),
            ("[1, 2][1]", "2"), ("{'a': 1}['a']", "1"), ("- -1", "1"), ("!!true", "true"),
            ("0x1F", "31"), ("1e3", "1000"), ("r'\\d' == '\\\\d'", "true"),
            ("'\\u00e9' == 'é'", "true"), ("\"\"\"a\n\"b\" \"\"\"", "a\n\"b\" "),
            ("size(b'\\xff')", "1"), ("-9223372036854775808", "-9223372036854775808"),
            ("1 + 1 == 2 // so it is", "true"), ("false && 1 / 0 == 1", "false"),
            ("1 / 0 == 1 && false", "false"), ("1 / 0 == 1 || true", "true"),
            ("[1, 2] == [1.0, 2.0]", "true"), ("{'a': 1} == {'a': 1}", "true"),
            ("null == null", "true"),
        ])
    }

    @Test func fieldsAndMacros() throws {
        try check([
            ("self.name", "web"), ("self.ratio", "2"), ("self.ratio * 2.0", "4"),
            ("has(self.name) && !has(self.labels.z)", "true"), ("self.__namespace__", "n"),
            ("self.a__dash__b", "dash"), ("self.labels['x']", "1"), ("self.labels.y", "2"),
            ("self.items.all(i, i.value > 0)", "true"),
            ("self.items.exists(i, i.key == 'b')", "true"),
            ("self.items.exists_one(i, i.value >= 1)", "false"),
            ("self.items.map(i, i.value).sum()", "3"),
            ("self.labels.all(k, self.labels[k] != '')", "true"),
            ("self.items.filter(i, i.value > 1).size()", "1"),
            ("self.items.map(i, i.value > 1, i.key).join(',')", "b"),
            ("self.items.all(x, self.items.exists_one(y, x.key == y.key))", "true"),
            ("self.tags.indexOf('u')", "1"), ("[3, 1].max() + [3, 1].min()", "4"),
            ("[1, 2].isSorted()", "true"),
            ("[1 / 0, 1].exists(x, x == 1)", "error: division by zero"),
            ("self.port == 'http' || self.port == 80", "true"),
            ("type(self.port) == string", "true"), ("type(self.size) == int", "true"),
            ("self.?labels.orValue({}).size()", "2"), ("self.labels.?z.orValue('none')", "none"),
            ("self.labels[?'x'].hasValue()", "true"), ("optional.none().hasValue()", "false"),
        ])
    }

    @Test func functions() throws {
        try check([
            ("size('äb')", "2"), ("'abc'.startsWith('ab') && 'abc'.endsWith('bc')", "true"),
            ("'abc'.contains('bd')", "false"), ("self.name.matches('^w.b$')", "true"),
            ("matches('abc', 'b')", "true"), ("'a,b,c'.split(',').size()", "3"),
            ("'a,b,c'.split(',', 2)[1]", "b,c"), ("'hello'.substring(1, 3)", "el"),
            ("'hello'.replace('l', 'L', 1)", "heLlo"), ("'hello'.indexOf('l')", "2"),
            ("'hello'.lastIndexOf('l')", "3"), ("'  x '.trim()", "x"), ("'aB'.upperAscii()", "AB"),
            ("'aB'.lowerAscii()", "ab"), ("'abc'.charAt(1)", "b"), ("['a', 'b'].join('-')", "a-b"),
            ("int('42') + int(1.9) + int(2u)", "45"), ("string(1) + string(true)", "1true"),
            ("double('1.5')", "1.5"), ("bool('true')", "true"), ("uint(3)", "3"),
            ("duration('1h').getMinutes()", "60"), ("self.wait > duration('1m')", "true"),
            ("self.since < timestamp('2027-01-01T00:00:00Z')", "true"),
            ("self.since + self.wait", "2026-01-01T00:01:30Z"),
        ])
    }

    @Test func addresses() throws {
        let addresses = [
            "10.0.0.1", "255.255.255.255", "::", "::1", "fd00::1:2", "1:2:3:4:5:6:7:8",
            "64:ff9b::10.0.0.1", "1::8",
        ]
        let others = [
            "", "10.0.0", "10.0.0.01", "256.0.0.1", "1:2:3:4:5:6:7", "1::2::3", ":1", "1:",
            "fe80::1%eth0",
            "::ffff:10.0.0.1", "12345::", "example.org", "1:2:3:4:5:6:7::8:9", "10.0.0.1::",
        ]
        try check(addresses.map { ("isIP('\($0)')", "true") })
        try check(others.map { ("isIP('\($0)')", "false") })
        try check([
            ("isCIDR('10.0.0.0/8')", "true"), ("isCIDR('fd00::/64')", "true"),
            ("isCIDR('10.0.0.0/33')", "false"), ("isCIDR('10.0.0.0')", "false"),
            ("['a', '1.1.1.1'].all(h, !isIP(h))", "false"),
        ])
    }

    @Test func mistakesAreRefusedOrFail() throws {
        try check([
            ("self.nope", "refused: undefined field 'nope'"),
            ("self.items.all(i, i.nope > 0)", "refused: undefined field 'nope'"),
            ("nope", "refused: undeclared reference to 'nope' (in container '')"),
            (
                "self.name + 1",
                "refused: found no matching overload for '_+_' applied to '(string, int)'"
            ),
            ("self.size && true", "refused: expected type 'bool' but found 'int'"),
            (
                "self.name.all(x, true)",
                "refused: expression of type 'string' cannot be range of a comprehension"
            ),
            (
                "self.name.size(1)",
                "refused: found no matching overload for 'size' applied to '(string, int)'"
            ),
            ("self.name.matches('(')", "refused: error parsing regexp: missing closing ): `(`"),
            ("1 +", "refused: Syntax error: unexpected '<EOF>'"),
            ("'a", "refused: Syntax error: unterminated string"),
            ("#", "refused: Syntax error: token recognition error at: '#'"),
            ("has(self)", "refused: invalid argument to has() macro"),
            ("self.labels.z", "error: no such key: z"),
            ("self.tags[5]", "error: index out of bounds: 5"),
            ("9223372036854775807 + 1", "error: return error for overflow"),
            ("1 % 0", "error: modulus by zero"),
            ("int('x')", "error: type conversion error from 'string' to 'int': \"x\""),
            (
                "ip('1.2.3.4')",
                "refused: undeclared reference to 'ip' (in container ''): this server does not know the function"
            ),
            (String(repeating: "(", count: 300), "refused: expression recursion limit exceeded"),
        ])
    }

    @Test func costsAreLimited() throws {
        let list = "[" + Array(repeating: "1", count: 100).joined(separator: ",") + "]"
        let source =
            "\(list).all(a, \(list).all(b, \(list).all(c, \(list).all(d, a + b + c + d > 0))))"
        #expect(try value(source) == "error: call cost exceeds limit")
        // Each level of parentheses holds a chain: short for the reader, deep for the evaluator.
        let chain = String(repeating: ".a", count: 90)
        let chains = (0..<90).reduce("self") { text, _ in "(\(text)\(chain))" }
        #expect(try value(chains) == "refused: expression recursion limit exceeded")
        // As deep as an expression may be.
        let nested = String(repeating: "(", count: 98) + "1" + String(repeating: ")", count: 98)
        #expect(try value(nested) == "1")
    }

    @Test func messagesShowThePlace() {
        let problem = #expect(throws: CELProblem.self) {
            try CELProgram("self.x ==\n  self.yy", schema: ["type": "object"], result: .bool)
        }
        #expect(
            problem?.text(in: "self.x ==\n  self.yy")
                == "ERROR: <input>:1:5: undefined field 'x'\n | self.x ==\n | ....^")
    }
}
