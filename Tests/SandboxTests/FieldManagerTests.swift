import Foundation
import Model
import Schemas
import TestSupport
import Testing
import YAML

@testable import Sandbox

/// Replays recorded requests through the pure functions and compares what is stored.
private struct Replay {
    var objects: [String: Node] = [:]
    var differences: [String] = []

    mutating func run(_ step: Node) throws {
        guard let path = step["path"]?.stringValue, let body = step["body"],
            // What validation refuses is not a matter of ownership.
            let status = step["status"]?.intValue, status != 422, let answer = step["answer"]
        else { return }
        let parts = path.split(separator: "?", maxSplits: 1)
        let query = parts.count > 1 ? String(parts[1]) : ""
        let address = String(parts[0])
        let isScale = address.hasSuffix("/scale")
        let isCreate = step["method"] == "POST"
        let name = (isCreate ? body["metadata"]?["name"]?.stringValue : nil).map { "/" + $0 } ?? ""
        let key = (isScale ? String(address.dropLast(6)) : address) + name
        let live = objects[key]
        let source = live ?? body
        guard let apiVersion = source["apiVersion"]?.stringValue,
            let kind = source["kind"]?.stringValue
        else { return }
        let schema = SchemaRegistry.builtIn.schema(of: source)
        let hasStatus = schema?.declares("status") == true
        let manager = FieldManager(
            schema: schema, apiVersion: apiVersion, kind: kind,
            ignoredFields: hasStatus ? [FieldPath("status")] : [])
        let user = parameter("fieldManager", query) ?? "recorder"
        let time = "2026-01-01T00:00:00Z"
        do {
            var result = try written(step, live, body, manager, schema, query, user, time)
            if live == nil { result["metadata"]?["uid"] = "u" }
            objects[key] = result
            if status >= 400 {
                differences.append("\(address): \(status) expected")
            } else if !isScale {
                compare(result, answer, address)
            }
        } catch {
            let refusal = error
            let expected = answer["message"]?.stringValue ?? ""
            if refusal.message != expected || refusal.node()["details"] != answer["details"] {
                differences.append("\(expected)\n  found \(refusal.message)")
            }
        }
    }

    /// What the server would store for one request.
    private func written(
        _ step: Node, _ live: Node?, _ body: Node, _ manager: FieldManager, _ schema: SchemaType?,
        _ query: String, _ user: String, _ time: String
    ) throws(APIStatus) -> Node {
        let type = step["type"]?.stringValue ?? ""
        if type.hasPrefix("application/apply-patch") {
            let applied = try manager.apply(
                live: live, applied: body, manager: user,
                force: parameter("force", query) == "true", time: time)
            return defaulted(applied.object, schema: schema)
        } else if step["method"] == "POST" {
            return manager.update(
                live: nil, new: defaulted(body, schema: schema), manager: user, time: time)
        } else {
            let before = live ?? [:]
            let patched: Node
            if type.hasPrefix("application/json-patch") {
                patched = try applyJSONPatch(body, to: before)
            } else if type.hasPrefix("application/strategic") {
                patched = try applyStrategicMergePatch(body, to: before, schema: schema)
            } else {
                patched = applyMergePatch(body, to: before)
            }
            let new = defaulted(patched, schema: schema)
            return
                step["path"]?.stringValue?.split(separator: "?")[0].hasSuffix("/scale") == true
                ? manager.updateThroughScale(
                    live: before, new: new, manager: user,
                    replicasPath: FieldPath("spec", "replicas"))
                : manager.update(live: before, new: new, manager: user, time: time)
        }
    }

    private func parameter(_ name: String, _ query: String) -> String? {
        query.split(separator: "&").first { $0.hasPrefix(name + "=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    private mutating func compare(_ result: Node, _ answer: Node, _ address: String) {
        func owners(_ node: Node) -> [String] {
            (node["metadata"]?["managedFields"]?.arrayValue ?? []).map { entry in
                let fields = String(
                    decoding: canonicalJSON(entry["fieldsV1"] ?? [:]), as: UTF8.self)
                let hasTime = entry["time"] == nil ? "" : "timed "
                let part = entry["subresource"]?.stringValue ?? ""
                return "\(entry["manager"]?.stringValue ?? "") "
                    + "\(entry["operation"]?.stringValue ?? "") \(hasTime)\(part)\(fields)"
            }.sorted()
        }
        for name in ["data", "spec"] {
            var (found, expected) = (result[name], answer[name])
            for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
                found?[field] = nil
                expected?[field] = nil
            }
            if found != expected {
                differences.append(
                    "\(address) \(name): \(found?.compactText ?? "-"), "
                        + "not \(expected?.compactText ?? "-")")
            }
        }
        guard result["kind"] != "Service" else { return }
        let (found, expected) = (owners(result), owners(answer))
        if found != expected {
            differences.append("\(address) owners:\n  \(found)\nnot\n  \(expected)")
        }
    }
}

@Suite("Field manager")
struct FieldManagerTests {
    @Test(arguments: ["24", "25", "27", "29", "30", "34", "37"])
    func ownsFieldsAsTheServerRecorded(transcript: String) throws {
        let url = fixtures().appendingPathComponent("APIMachinery/\(transcript).json")
        let facts = try parseJSON(Array(try Data(contentsOf: url)))
        var replay = Replay()
        for step in facts["steps"]?.arrayValue ?? [] { try replay.run(step) }
        #expect(replay.objects.isEmpty == false)
        #expect(replay.differences.joined(separator: "\n") == "")
    }
}

@Suite("Defaults")
struct DefaultsTests {
    @Test func everyRecordedKindIsStoredAsTheServerStoresIt() throws {
        let url = fixtures().appendingPathComponent("APIMachinery/defaults.json")
        let facts = try parseJSON(Array(try Data(contentsOf: url)))
        var wrong: [String] = []
        for fact in facts["objects"]?.arrayValue ?? [] {
            guard let sent = fact["sent"], let expected = fact["stored"],
                let kind = sent["kind"]?.stringValue,
                let apiVersion = sent["apiVersion"]?.stringValue
            else { continue }
            let values = CreationValues(
                uid: "<uid-1>", time: "<time-1>", suffix: "<gen-a1>", clusterIP: "<cluster-ip-1>",
                healthCheckNodePort: 30873)
            let schema = SchemaRegistry.builtIn.schema(of: sent)
            var found = prepared(
                defaulted(sent, schema: schema), group: GroupVersion(apiVersion).group, kind: kind,
                values: values)
            found["metadata"]?["resourceVersion"] = "<rv-1>"
            if expected["metadata"]?["namespace"] != nil { found["metadata"]?["namespace"] = "fx" }
            var stored = expected
            stored["spec"]?.changeEach("ports") {
                if $0["nodePort"]?.stringValue != nil { $0["nodePort"] = nil }
            }
            let name = fact["name"]?.stringValue ?? kind
            wrong += differences(found, stored, name)
        }
        #expect(wrong.joined(separator: "\n") == "")
    }

    private func differences(_ found: Node, _ expected: Node, _ path: String) -> [String] {
        switch (found, expected) {
        case (.object(let a), .object(let b)):
            return Set(a.keys).union(b.keys).sorted().flatMap { key -> [String] in
                guard let left = a[key] else { return ["\(path).\(key) misses \(b[key] ?? nil)"] }
                guard let right = b[key] else { return ["\(path).\(key) has \(left)"] }
                return differences(left, right, "\(path).\(key)")
            }
        case (.array(let a), .array(let b)) where a.count == b.count:
            return zip(a, b).enumerated().flatMap {
                differences($1.0, $1.1, "\(path)[\($0)]")
            }
        default:
            return found == expected
                ? [] : ["\(path) is \(found.compactText), not \(expected.compactText)"]
        }
    }
}
