import Foundation
import GoTemplate
import TestSupport
import Testing

/// Answers recorded from Go's `regexp` inside Helm 4.3.1.
@Suite struct RE2Tests {
    /// A text, what `FindAllString` finds, what `ReplaceAllString` makes with `<$0|${1}|$2>`, and the parts
    /// of `Split`.
    private struct Answer: Decodable {
        var text: String
        var found: [String]
        var replaced: String
        var parts: [String]

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            text = try values.decode(String.self)
            found = try values.decode([String].self)
            replaced = try values.decode(String.self)
            parts = try values.decode([String].self)
        }
    }

    private func read<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }

    @Test(arguments: [true, false]) func everythingIsFoundAsGoFindsIt(backtracks: Bool) throws {
        for (pattern, answers) in try read("regex.json", as: [String: [Answer]].self) {
            var expression = try RE2(pattern)
            expression.backtracks = backtracks
            for answer in answers {
                let text = Array(answer.text.utf8)
                let place: Comment =
                    "\(pattern.debugDescription) in \(answer.text.debugDescription)"
                let found = expression.allMatches(in: text).map { string(text[$0.range]) }
                #expect(found == answer.found, place)
                #expect(expression.matches(text) == !answer.found.isEmpty, place)
                #expect((expression.firstMatch(in: text) == nil) == answer.found.isEmpty, place)
                let replaced = expression.replacingAll(
                    in: text, with: Array("<$0|${1}|$2>".utf8))
                #expect(string(replaced[...]) == answer.replaced, place)
                #expect(expression.split(text, limit: -1).map(string) == answer.parts, place)
            }
        }
    }

    @Test func mistakesHaveTheTextsOfGo() throws {
        for row in try read("regexerrors.json", as: [[String]].self) {
            #expect(message(row[0]) == row[1], "\(row[0])")
        }
    }

    @Test func nestingAndSizeAreLimited() {
        let deep = { String(repeating: "(", count: $0) + String(repeating: ")", count: $0) }
        #expect(message(deep(900)) == "")
        #expect(message(deep(1001)).hasPrefix("error parsing regexp: expression nests too deeply"))
        let open = String(repeating: "(?:", count: 100_000)
        #expect(message(open).hasPrefix("error parsing regexp: missing closing )"))
        let large = String(repeating: "(?:\\pL{500}x){2}", count: 400)
        #expect(message(large).hasPrefix("error parsing regexp: expression too large"))
    }

    /// Expressions that take a machine with backtracking longer than anybody waits.
    @Test func timeIsLinear() throws {
        let text = Array(String(repeating: "a", count: 5_000).utf8)
        for pattern in [
            "(a*)*b", "(a+)+b", "(a|a)*b", "(a|aa)+$b", "(.*)(.*)(.*)(.*)(.*)x",
            "^(([a-z])+.)+[A-Z]$",
            "(a?){50}a{50}b",
        ] {
            let expression = try RE2(pattern)
            #expect(!expression.matches(text), "\(pattern)")
            #expect(expression.firstMatch(in: text) == nil, "\(pattern)")
        }
    }

    @Test func textsNeedNotBeUnicode() throws {
        let text: [UInt8] = [0x61, 0xFF, 0x62, 0xC3, 0x28, 0xE2, 0x82]
        let matches = try RE2("[^a-z(]").allMatches(in: text).map(\.range)
        #expect(matches == [1..<2, 3..<4, 5..<6, 6..<7])
        #expect(try RE2("\\x{FFFD}").firstMatch(in: text)?.range == 1..<2)
    }

    @Test func capturesHavePlacesAndNames() throws {
        let expression = try RE2("(?P<major>\\d+)\\.(\\d+)(-x)?")
        let match = try #require(expression.firstMatch(in: Array("v10.22".utf8)))
        #expect(expression.captureNames == ["", "major", "", ""])
        #expect(match[0] == 1..<6)
        #expect(match[1] == 1..<3)
        #expect(match[2] == 4..<6)
        #expect(match[3] == nil)
        #expect(match[4] == nil)
    }

    @Test(arguments: [
        ("$1", "10"), ("${1}x", "10x"), ("$1x", ""), ("$major.", "10."), ("${major}", "10"),
        ("$$1", "$1"),
        ("$", "$"), ("${", "${"), ("${1", "${1"), ("$-", "$-"), ("$01", ""), ("$9", ""),
        ("$nope", ""),
    ])
    func templatesExpand(template: String, expected: String) throws {
        let expression = try RE2("(?P<major>\\d+)")
        let result = expression.replacingAll(in: Array("10".utf8), with: Array(template.utf8))
        #expect(string(result[...]) == expected)
    }

    @Test func aQuotedTextMatchesItself() throws {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: seed)
            let alphabet = Array("ab.*+?()[]{}^$|\\-é\n/".unicodeScalars)
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                text.append(alphabet.randomElement(using: &random) ?? "a")
            }
            let bytes = Array(String(text).utf8)
            let expression = try RE2("^" + string(RE2.quoted(bytes)[...]) + "$")
            #expect(expression.matches(bytes), "seed \(seed)")
        }
    }

    private func message(_ pattern: String) -> String {
        do throws(RE2Error) {
            _ = try RE2(pattern)
            return ""
        } catch {
            return error.description
        }
    }

    private func string(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
