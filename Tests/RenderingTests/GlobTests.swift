import Rendering
import TestSupport
import Testing

@Suite("Glob")
struct GlobTests {
    @Test(arguments: [
        // pattern, matches, does not match
        ("*.yaml", "a.yaml sub/a.yaml .yaml", "a.yml a.yamlx"),
        ("**/a.yaml", "x/a.yaml x/y/a.yaml /a.yaml", "a.yaml"),
        ("{a,b}.yaml", "a.yaml b.yaml", "c.yaml ab.yaml"),
        ("{a,{b,c}d}.yaml", "a.yaml bd.yaml cd.yaml", "b.yaml d.yaml"),
        ("{*,x}.json", "anything.json x.json", "x.yaml"),
        ("a?c", "abc aéc a/c", "ac abbc"),
        ("[ab]x", "ax bx", "cx x"),
        ("[!ab]x", "cx", "ax bx"),
        ("[a-c0]x", "ax bx cx 0x", "dx -x"),
        (#"\*x"#, "*x", "ax"),
        ("a,b", "a,b", "a b"),
        ("{config.yaml,env-use2/*}", "config.yaml env-use2/x/y.yaml", "env-use2 x/config.yaml"),
    ])
    func matches(_ pattern: String, _ matching: String, _ other: String) throws {
        let glob = try Glob(pattern)
        for text in matching.split(separator: " ") {
            #expect(glob.matches(String(text)), "\(text)")
        }
        for text in other.split(separator: " ") { #expect(!glob.matches(String(text)), "\(text)") }
    }

    @Test(arguments: [
        ("{a", GlobError.unclosed("{")), ("[a", .unclosed("[")), ("[]", .emptySet),
        ("a\\", .strayEscape), ("[a-", .unclosed("[")),
        (String(repeating: "{", count: 17), .tooDeep),
    ])
    func brokenPatternsAreRefused(_ pattern: String, _ error: GlobError) {
        #expect(throws: error) { try Glob(pattern) }
    }

    @Test func patternsHaveALimit() {
        let pattern = String(repeating: "a", count: 4097)
        #expect(throws: GlobError.tooLong(bytes: 4097)) { try Glob(pattern) }
    }

    @Test func manyStarsDoNotExplode() throws {
        let glob = try Glob(String(repeating: "*a", count: 30) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 200)))
    }

    @Test func noTextTraps() {
        let alphabet = Array("a*?[]{},!-\\/b")
        for seed in 0..<500 {
            var random = SeededGenerator(seed: seed)
            let text = { (count: Int, random: inout SeededGenerator) in
                String(
                    (0..<count).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    })
            }
            let pattern = text(Int.random(in: 0...12, using: &random), &random)
            _ = (try? Glob(pattern))?.matches(text(8, &random))
        }
    }
}
