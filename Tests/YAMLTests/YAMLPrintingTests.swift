import Foundation
import Model
import TestSupport
import Testing
import YAML

/// A random tree of what manifests hold, with a liking for texts that are hard to write.
struct RandomNode {
    var generator: SeededGenerator

    private static let pieces: [String] = [
        "a", "b", " ", "  ", "\n", "\n\n", "\t", ":", ": ", "#", " #", "-", "- ", "?", "'", "\"",
        "\\",
        "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "~", "null", "true", "yes",
        "1", "0x1F", "1_000", ".5", "1e3", "2001-01-01", "1:30", "é", "e\u{301}", "😀", "\u{85}",
        "\u{2028}", "\u{FEFF}", "\u{7F}", "\u{0}", "\r", "\r\n", "=", "<<", "---", "...", ".inf",
        "word word word word word word word word word word word word word word word word word",
    ]

    mutating func text() -> String {
        (0..<Int.random(in: 0...5, using: &generator))
            .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    mutating func node(depth: Int = 0) -> Node {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .int(Int64.random(in: .min ... .max, using: &generator) >> 40)
        case 3:
            // Between 2^53 and 2^63 an integral double comes back as another, rounder integer.
            let power = Int.random(in: -30...22, using: &generator)
            let exponent = Double(power > 15 ? power + 7 : power)
            return .double(Double.random(in: 0.1..<0.9, using: &generator) * pow(10, exponent))
        case 4: return .string(text())
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in node(depth: depth + 1) })
        default:
            return .object(
                Mapping(
                    (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                        (text(), node(depth: depth + 1))
                    }))
        }
    }
}

/// The tree with integral doubles as integers, which is what their text reads as.
private func asRead(_ node: Node) -> Node {
    switch node {
    case .double(let value): Int64(exactly: value).map(Node.int) ?? node
    case .array(let elements): .array(elements.map(asRead))
    case .object(let mapping): .object(Mapping(mapping.map { ($0.key, asRead($0.value)) }))
    default: node
    }
}

@Suite("Printing")
struct PrintingTests {
    @Test func printedYAMLReadsBackEqual() throws {
        for seed in 0..<2000 {
            var random = RandomNode(generator: SeededGenerator(seed: seed))
            let node = random.node()
            let text = printYAML(node)
            do {
                let documents = try parseYAML(Array(text.utf8), file: "printed")
                let isEqual = documents.map(\.root) == [asRead(node)]
                #expect(isEqual, "seed \(seed): \(text.prefix(300))")
            } catch {
                Issue.record("seed \(seed): \(error.summary) in \(text.prefix(300))")
            }
        }
    }

    @Test func printedJSONReadsBackEqualAndCanonicalIsStable() throws {
        for seed in 0..<2000 {
            var random = RandomNode(generator: SeededGenerator(seed: seed))
            let node = random.node()
            let isEqual = asRead(try parseJSON(printJSON(node))) == asRead(node)
            #expect(isEqual, "seed \(seed)")
            let isPretty = asRead(try parseJSON(Array(prettyJSON(node).utf8))) == asRead(node)
            #expect(isPretty, "seed \(seed)")
            let canonical = canonicalJSON(node)
            let isStable = canonicalJSON(try parseJSON(canonical)) == canonical
            #expect(isStable, "seed \(seed)")
        }
    }

    /// YAML 1.1 readers take JSON, so what `printJSON` writes means the same in both.
    @Test func printedJSONIsYAMLToo() throws {
        let node: Node = ["a": [1, "x: y", ["b": .null]], "é\n": "\"\\", "t": true]
        let documents = try parseYAML(printJSON(node), file: "json")
        #expect(documents.map(\.root) == [node])
    }
}
