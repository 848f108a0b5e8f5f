import Foundation
import Model
import TestSupport
import YAML

/// One recorded conversation with a real API server.
struct Transcript: Sendable {
    var name: String
    var isPaused: Bool
    /// Whether controllers came in at some step.
    var isMixed: Bool
    var steps: [Node]

    /// Those in `TIDEMARK_SHARED` (default `../shared` beside the checkout); `nil` when it is not there.
    static func all() throws -> [Transcript]? {
        let shared =
            ProcessInfo.processInfo.environment["TIDEMARK_SHARED"].map(URL.init(fileURLWithPath:))
            ?? fixtures().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared")
        let folder = shared.appendingPathComponent("kubernetes/transcripts")
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
        return try read(folder)
    }

    static func read(_ folder: URL) throws -> [Transcript] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".json") }
            .map { file in
                let data = try Data(contentsOf: folder.appendingPathComponent(file))
                let node = try parseJSON([UInt8](data))
                return Transcript(
                    name: String(file.dropLast(5)),
                    isPaused: node["controllers"]?.stringValue?.hasPrefix("paused") ?? true,
                    isMixed: node["controllers"]?.stringValue != "paused",
                    steps: node["steps"]?.arrayValue ?? [])
            }
    }
}

extension Node {
    fileprivate var compactDescription: String { String(decoding: printJSON(self), as: UTF8.self) }
}

/// What the placeholders of a transcript have turned out to stand for.
struct Bindings {
    private(set) var values: [String: String] = [:]

    /// The text with known placeholders replaced.
    func filled(_ text: String) -> String {
        guard text.contains("<") else { return text }
        var result = text
        for (name, value) in values.sorted(by: { $0.key.count > $1.key.count }) {
            result = result.replacingOccurrences(of: name, with: value)
        }
        return result
    }

    func filled(_ node: Node) -> Node {
        switch node {
        case .string(let text): .string(filled(text))
        case .array(let items): .array(items.map(filled))
        case .object(let mapping):
            .object(Mapping(mapping.map { (filled($0.key), filled($0.value)) }))
        default: node
        }
    }

    /// The first difference between a recorded answer and ours; `nil` when there is none.
    mutating func difference(_ wanted: Node, _ found: Node, at path: String = "") -> String? {
        switch (wanted, found) {
        case (.string("<trimmed>"), _): return nil
        case (.string(let text), _) where text.hasPrefix("<node-port"): return nil
        case (.string(let a), .string(let b)):
            // What the server adds as a difference of Go values is nobody's contract.
            let text = a.range(of: "\n@@ ").map { String(a[..<$0.lowerBound]) } ?? a
            if matches(text, b) || path.contains(".cells[") && isAge(a) && isAge(b) { return nil }
            let common = max(0, a.commonPrefix(with: b).count - 40)
            return
                "\(path): wanted \(short(a.dropFirst(common))) found \(short(b.dropFirst(common)))"
        case (.array(let a), .array(let b)):
            if a.count != b.count { return "\(path): wanted \(a.count) items, found \(b.count)" }
            for (index, pair) in zip(a, b).enumerated() {
                if let found = difference(pair.0, pair.1, at: "\(path)[\(index)]") { return found }
            }
            return nil
        case (.object(let a), .object(let b)):
            if let lists = Self.unorderedCauses(wanted, found) {
                return difference(lists.0, lists.1, at: path)
            }
            for (key, value) in a {
                guard let other = b[key] ?? b[filled(key)] else { return "\(path).\(key): missing" }
                let isOwners = key == "managedFields"
                let pair = isOwners ? (byManager(value), byManager(other)) : (value, other)
                if let found = difference(pair.0, pair.1, at: "\(path).\(key)") { return found }
            }
            let names = Set(a.keys.map(filled))
            let extra = b.keys.filter { !names.contains($0) && a[$0] == nil }
            return extra.isEmpty ? nil : "\(path): has also \(extra.joined(separator: ", "))"
        default:
            return wanted == found
                ? nil : "\(path): wanted \(wanted.kindName) \(short(wanted)), found \(short(found))"
        }
    }

    /// Both with their causes sorted, where the server goes through a map and so keeps no order:
    /// the fields of a custom resource and labels.
    private static func unorderedCauses(_ a: Node, _ b: Node) -> (Node, Node)? {
        func sorted(_ status: Node) -> Node? {
            guard let message = status["message"]?.stringValue,
                let causes = status["details"]?["causes"]?.arrayValue, causes.count > 1,
                status["details"]?["isSorted"] == nil,
                let start = message.range(of: " is invalid: [")?.upperBound
            else { return nil }
            let isCustom =
                status["details"]?["group"]?.stringValue?.hasSuffix("example.org") ?? false
            let isLabel = { (cause: Node) in cause["field"] == "metadata.labels" }
            guard isCustom || causes.contains(where: isLabel) else { return nil }
            var texts: [String] = []
            for cause in causes {
                let text = [cause["field"]?.stringValue, cause["message"]?.stringValue]
                    .compactMap { $0 }.joined(separator: ": ")
                if !texts.contains(text) { texts.append(text) }
            }
            // Only the order of what the causes say is given up, nothing else of the message.
            guard message[start...] == texts.joined(separator: ", ") + "]" else { return nil }
            var result = status
            result["message"] = .string(message[..<start] + texts.sorted().joined(separator: ", "))
            result["details"]?["causes"] = .array(
                causes.sorted { $0.compactDescription < $1.compactDescription })
            result["details"]?["isSorted"] = true
            return result
        }
        guard let a = sorted(a), let b = sorted(b) else { return nil }
        return (a, b)
    }

    /// In an order that does not depend on which writes fell into the same second.
    private func byManager(_ list: Node) -> Node {
        guard case .array(let entries) = list else { return list }
        func order(_ entry: Node) -> String {
            ["operation", "manager", "subresource"].map { entry[$0]?.stringValue ?? "" }
                .joined(separator: "/")
        }
        return .array(entries.sorted { order($0) < order($1) })
    }

    /// `16s`, `2d3h`: how old an object is depends on when one looks.
    private func isAge(_ text: String) -> Bool {
        !text.isEmpty && text.last?.isNumber == false
            && text.allSatisfy { $0.isNumber || "smhdy".contains($0) }
    }

    private func short(_ value: Any) -> String { String("\(value)".prefix(160)) }

    /// Whether the texts are equal where the recorded one has no placeholder; binds those it has.
    private mutating func matches(_ wanted: String, _ found: String) -> Bool {
        if wanted == found { return true }
        guard wanted.contains("<"),
            let expression = try? NSRegularExpression(pattern: "<[a-z]+(-[a-z]+)*(-a?[0-9]+)?>")
        else { return false }
        let source = wanted as NSString
        var pattern = "^"
        var names: [String] = []
        var end = 0
        for match in expression.matches(
            in: wanted, range: NSRange(location: 0, length: source.length))
        {
            let name = source.substring(with: match.range)
            pattern += NSRegularExpression.escapedPattern(
                for: source.substring(
                    with: NSRange(location: end, length: match.range.location - end)))
            if let value = values[name] {
                pattern += NSRegularExpression.escapedPattern(for: value)
            } else if name.hasPrefix("<time") || name == "<text>" || name == "<pem-removed>"
                || name == "<server>" || name == "<hash>"
            {
                pattern += name == "<time>" || name.hasPrefix("<time-") ? "[-0-9T:Z]+" : ".*"
            } else {
                names.append(name)
                pattern += "([^\\s\"/]+?)"
            }
            end = match.range.location + match.range.length
        }
        pattern +=
            NSRegularExpression.escapedPattern(for: source.substring(from: end)) + "$"
        let text = found as NSString
        guard let matcher = try? NSRegularExpression(pattern: pattern),
            let match = matcher.firstMatch(
                in: found, range: NSRange(location: 0, length: text.length))
        else { return false }
        for (index, name) in names.enumerated() {
            values[name] = text.substring(with: match.range(at: index + 1))
        }
        return true
    }
}
