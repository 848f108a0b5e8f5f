import Foundation
import TestSupport
import Testing

@testable import Sandbox

@Suite("Patterns of schemas")
struct PatternTests {
    /// `pattern`, a text it is found in, a text it is not found in.
    private static let cases: [(String, String?, String?)] = [
        ("^[a-z]+$", "abc", "aBc"),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", "a-b.c", "a-.b"),
        ("^(\\d{1,3}\\.){3}\\d{1,3}$", "10.0.0.1", "10.0.0"),
        ("^\\w+@\\w+\\.com$", "me@example.com", "me@example.org"),
        ("[[:upper:]][^[:space:]]", "xAy", "A b"),
        ("^[\\w.-]+$", "a_b.c-d", "a b"),
        ("^[]a]+$", "]a", "b"), ("^[a-]+$", "a-a", "b"), ("^[^\\D]+$", "12", "1a"),
        ("(?i)^abc$", "aBC", "abd"), ("^(?i:a)b$", "Ab", "AB"), ("a.b", "axb", "a\nb"),
        ("(?s)a.b", "a\nb", "ab"), ("(?m)^b$", "a\nb\nc", "ab"), ("\\bcat\\b", "a cat", "scat"),
        ("^\\p{Lu}\\P{L}$", "Ä1", "ä1"), ("^\\x41\\x{1F600}$", "A😀", "A"),
        ("^a{2}b{1,}c{0,2}$", "aabbcc", "abc"), ("^a{,2}$", "a{,2}", "aa"), ("^x{$", "x{", "x"),
        ("^(?P<name>a)(?:b|c|)$", "ac", "ad"), ("^$", "", "x"), ("", "anything", nil),
        ("^(a|ab)(c|bcd)$", "abcd", "abd"), ("\\Aa\\z", "a", "a\n"), ("^\\/[^/]+\\/$", "/a/", "//"),
        ("^[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?$", "-1.5e+3", "1."),
    ]

    @Test func textsAreFoundOrNot() throws {
        for (pattern, found, missed) in Self.cases {
            let compiled = try Pattern(pattern)
            if let found { #expect(compiled.isFound(in: found), "\(pattern) in \(found)") }
            if let missed { #expect(!compiled.isFound(in: missed), "\(pattern) in \(missed)") }
        }
    }

    @Test func whatIsNotKnownIsRefused() {
        let cases: [(String, String)] = [
            ("a(b", "missing closing ): `a(b`"), ("a)b", "unexpected ): `a)b`"),
            ("[a", "missing closing ]: `[a`"),
            ("*a", "missing argument to repetition operator: `*`"),
            ("a**", "invalid nested repetition operator: `a**`"),
            ("(a)\\1", "invalid escape sequence: `\\1`"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("a{1001}", "invalid repeat count: `{1001}`"),
            ("(a{100}){100}", "invalid repeat count: `(a{100}){100}`"),
            ("[b-a]", "invalid character class range: `b-a`"),
            ("\\p{Greek}", "invalid or unsupported character class range: `\\p{Greek}`"),
            ("a\\", "trailing backslash at end of expression: ``"),
            (String(repeating: "(", count: 200), "expression nests too deeply: `"),
        ]
        for (pattern, message) in cases {
            let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
            #expect(
                error?.message.hasPrefix("error parsing regexp: " + message) == true,
                "\(error?.message ?? "")")
        }
    }

    /// Texts that make engines with backtracking run for ever.
    @Test func hostileTextsTakeLinearTime() throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        for pattern in ["^(a+)+$", "^(a|aa)+$", "(a*)*b", "^(a?){50}a{50}$"] {
            #expect(try !Pattern(pattern).isFound(in: text))
        }
    }

    /// Against the engine of Foundation, on patterns and texts small enough for it.
    @Test func agreesWithAnotherEngine() throws {
        var random = SeededGenerator(seed: 7)
        for round in 0..<3_000 {
            let pattern = Self.pattern(depth: 3, &random)
            let text = String(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    Character(["a", "b", "c"].randomElement(using: &random) ?? "a")
                })
            let other = try NSRegularExpression(pattern: pattern)
            let range = NSRange(location: 0, length: text.utf16.count)
            let expected = other.firstMatch(in: text, range: range) != nil
            #expect(
                try Pattern(pattern).isFound(in: text) == expected,
                "seed 7, round \(round): \(pattern) in \(text)")
        }
    }

    private static func pattern(depth: Int, _ random: inout SeededGenerator) -> String {
        func inner() -> String { pattern(depth: depth - 1, &random) }
        switch depth == 0
            ? Int.random(in: 0...3, using: &random) : Int.random(in: 0...10, using: &random)
        {
        case 0: return "a"
        case 1: return "[^a]"
        case 2: return "."
        case 3: return "[b-c]"
        case 4: return "(?:\(inner()))*"
        case 5: return "(?:\(inner()))?"
        case 6: return "(?:\(inner())){1,2}"
        case 7: return "(?:\(inner())|\(inner()))"
        case 8: return "^\(inner())"
        case 9: return "\(inner())$"
        default: return inner() + inner()
        }
    }
}
