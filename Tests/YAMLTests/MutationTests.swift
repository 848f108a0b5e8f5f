import Foundation
import Model
import TestSupport
import Testing
import YAML

/// Changed bytes of real files: whatever they have become, reading ends with a value or an error.
@Suite("Mutations of the corpus")
struct MutationTests {
    private let limits = ParseLimits(maxBytes: 1 << 20, maxDepth: 64, maxNodes: 20_000)

    @Test func noInputTrapsTheReaders() throws {
        let folder = fixtures().appendingPathComponent("corpus")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count >= 10)
        var outcomes = (read: 0, refused: 0)
        for (number, name) in names.enumerated() {
            let original = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
            var generator = SeededGenerator(seed: number)
            for _ in 0..<400 {
                let bytes = mutated(original, &generator)
                if readsWithoutTrap(bytes) { outcomes.read += 1 } else { outcomes.refused += 1 }
            }
        }
        // Both must happen, or the mutations say nothing.
        #expect(outcomes.read > 100 && outcomes.refused > 100)
    }

    /// Reads the bytes in every way, and what was read once more after printing.
    private func readsWithoutTrap(_ bytes: [UInt8]) -> Bool {
        var isRead = false
        if let node = try? parseJSON(bytes, limits: limits) {
            isRead = true
            let isStable =
                (try? parseJSON(canonicalJSON(node))).map(canonicalJSON)
                == canonicalJSON(node)
            #expect(isStable)
        }
        guard let documents = try? parseYAML(bytes, file: "m", limits: limits) else {
            return isRead
        }
        for document in documents {
            _ = document.location(of: FieldPath("spec", "template"), in: "m")
            visit(document.root, at: .root, in: document)
            let isReadable =
                (try? parseYAML(Array(printYAML(document.root).utf8), file: "m")) != nil
            #expect(isReadable)
        }
        return true
    }

    /// Every value has a place in the file.
    private func visit(_ node: Node, at path: FieldPath, in document: YAMLDocument) {
        guard path.steps.count < 8 else { return }
        let line = document.keyLocation(of: path, in: "m").line ?? 0
        #expect(line > 0)
        switch node {
        case .object(let mapping):
            for (key, value) in mapping.prefix(20) {
                visit(value, at: path.appending(key), in: document)
            }
        case .array(let elements):
            for (index, value) in elements.prefix(20).enumerated() {
                visit(value, at: path.appending(.index(index)), in: document)
            }
        default: break
        }
    }

    private static let tokens: [String] = [
        "\n", "  ", "\t", ": ", "- ", "&a ", "*a", "<<: *a\n", "? ", "{", "}", "[", "]", ",", "\"",
        "'",
        "|", ">", "!!binary ", "!!int ", "---\n", "...\n", "%YAML 1.1\n", "#", "\\u", "\\ud800",
        "1e999",
        "\u{FEFF}", "\u{85}", "\0", ".inf", "~",
    ]

    private func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { return bytes }
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: position)
            case 2: bytes.removeSubrange(position..<min(position + 20, bytes.count))
            case 3:
                let end = min(position + 60, bytes.count)
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            case 4: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            default:
                let token = Self.tokens.randomElement(using: &generator) ?? ""
                bytes.insert(contentsOf: Array(token.utf8), at: position)
            }
        }
        return bytes
    }
}
