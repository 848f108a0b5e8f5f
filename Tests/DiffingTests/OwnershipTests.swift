import Diffing
import Model
import Testing
import YAML

@Suite struct OwnershipTests {
    static let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"

    @Test func whatWasAppliedAndIsGoneFromGitIsDriftWhatOthersOwnIsNot() throws {
        let live = try owned(
            Self.head + """
                spec:
                  replicas: 3
                  paused: true
                  minReadySeconds: 5
                  template:
                    spec:
                      containers: [{name: web, image: a}, {name: old, image: b}, {name: mesh, image: c}]
                """,
            (
                "tidemark", "Apply",
                #"""
                {"f:spec":{"f:paused":{},"f:minReadySeconds":{},"f:template":{"f:spec":{"f:containers":{
                "k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}},
                "k:{\"name\":\"old\"}":{".":{},"f:image":{},"f:name":{}}}}}}}
                """#
            ),
            ("kube-controller-manager", "Update", #"{"f:spec":{"f:replicas":{}}}"#))
        let desired = try yaml(
            Self.head
                + "spec: {minReadySeconds: null, template: {spec: {containers: [{name: web, image: a}]}}}"
        )
        #expect(
            compare(desired: desired, live: live).map(\.text) == [
                "- spec.paused  true",
                #"- spec.template.spec.containers[name=old]  {"name":"old","image":"b"}"#,
            ])
        #expect(
            unownedFields(desired: desired, live: live).map { "\($0.path) \($0.writer.manager)" }
                == ["spec.replicas kube-controller-manager"])
    }

    @Test func aZeroThatSomebodyTookAwayCountsOnceItWasApplied() throws {
        let desired = try yaml(Self.head + "spec: {paused: false}")
        let kept = try owned(
            Self.head + "spec: {replicas: 1}", ("tidemark", "Apply", #"{"f:spec":{"f:paused":{}}}"#)
        )
        #expect(compare(desired: desired, live: kept).isEmpty)
        let lost = try owned(
            Self.head + "spec: {replicas: 1}", ("tidemark", "Apply", #"{"f:spec":{"f:x":{}}}"#))
        #expect(compare(desired: desired, live: lost).map(\.text) == ["+ spec.paused  false"])
    }

    @Test func additionsInsideOfAListCountWhenSomebodyElseHasWrittenIt() throws {
        // Without a schema what is there beside Git's fields may be defaults.
        let head = "apiVersion: keymate.example/v1\nkind: Route\nmetadata: {name: a}\n"
        let desired = try yaml(head + "spec: {rules: [{host: a}]}")
        let live = head + "spec: {rules: [{host: a, http: {paths: [{path: /evil}]}}]}"
        let ours = try owned(live, ("tidemark", "Apply", #"{"f:spec":{"f:rules":{}}}"#))
        #expect(compare(desired: desired, live: ours).isEmpty)
        let theirs = try owned(
            live, ("tidemark", "Apply", #"{"f:spec":{"f:x":{}}}"#),
            ("kubectl-edit", "Update", #"{"f:spec":{"f:rules":{}}}"#))
        #expect(
            compare(desired: desired, live: theirs).map(\.text)
                == [#"- spec.rules[0].http  {"paths":[{"path":"/evil"}]}"#])
    }

    @Test func theLastWriterIsTheLatestOwnerOfTheFieldOrOfWhatItIsInsideOf()
        throws
    {
        var live = try owned(
            Self.head + "spec: {replicas: 3}",
            ("tidemark", "Apply", #"{"f:spec":{"f:replicas":{},"f:selector":{}}}"#),
            ("kubectl-edit", "Update", #"{"f:spec":{"f:replicas":{}}}"#),
            ("autoscaler", "Update", #"{"f:spec":{"f:strategy":{"f:type":{}}}}"#))
        guard case .array(var entries)? = live["metadata"]?["managedFields"] else { return }
        entries[1]["time"] = "2026-11-02T11:00:00Z"
        entries[1]["subresource"] = "scale"
        live["metadata"]?["managedFields"] = .array(entries)
        let replicas = lastWriter(of: FieldPath("spec", "replicas"), in: live)
        #expect(
            replicas
                == FieldWriter(
                    manager: "kubectl-edit", operation: "Update", time: "2026-11-02T11:00:00Z",
                    subresource: "scale"))
        #expect(
            lastWriter(of: FieldPath("spec", "selector", "matchLabels"), in: live)?.manager
                == "tidemark")
        #expect(lastWriter(of: FieldPath("spec", "strategy"), in: live)?.manager == "autoscaler")
        #expect(lastWriter(of: FieldPath("spec", "paused"), in: live) == nil)
    }

    @Test func whatEarlierToolsOwnMovesToTheNewManager() throws {
        var live = try owned(
            Self.head + "spec: {replicas: 3}",
            (
                "kubectl-client-side-apply", "Update",
                #"{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{}}}"#
            ),
            ("argocd-controller", "Apply", #"{"f:spec":{"f:replicas":{},"f:paused":{}}}"#),
            ("helm", "Update", #"{"f:status":{}}"#),
            ("kubectl-edit", "Update", #"{"f:spec":{"f:paused":{}}}"#))
        guard case .array(var entries)? = live["metadata"]?["managedFields"] else { return }
        entries[2]["subresource"] = "status"
        live["metadata"]?["managedFields"] = .array(entries)
        live["metadata"]?["resourceVersion"] = "42"
        let move = try #require(ownershipMove(live: live, to: "tidemark"))
        #expect(
            move.moved.map { "\($0.manager): \($0.paths.map(\.description))" } == [
                #"kubectl-client-side-apply: ["metadata.labels.a", "spec.replicas"]"#,
                #"argocd-controller: ["spec.paused", "spec.replicas"]"#,
            ])
        #expect(move.resourceVersion == "42")
        #expect(move.managedFields.arrayValue?.count == 3)
        #expect(
            move.managedFields[0]?["fieldsV1"]
                == [
                    "f:metadata": ["f:labels": [".": [:], "f:a": [:]]],
                    "f:spec": ["f:replicas": [:], "f:paused": [:]],
                ])
        live["metadata"]?["managedFields"] = move.managedFields
        #expect(ownershipMove(live: live, to: "tidemark") == nil)
        #expect(
            compare(desired: try yaml(Self.head + "spec: {paused: true}"), live: live).map(\.text)
                == ["+ spec.paused  true", "- spec.replicas  3"])
    }

    @Test func whatAnEntryHasOfTheStatusStays() throws {
        let live = try owned(
            Self.head + "spec: {replicas: 3}",
            ("before-first-apply", "Update", #"{"f:spec":{"f:x":{}},"f:status":{"f:phase":{}}}"#),
            ("helm", "Update", #"{"f:status":{"f:ready":{}}}"#))
        let move = try #require(ownershipMove(live: live, to: "tidemark"))
        #expect(move.moved.map(\.manager) == ["before-first-apply"])
        #expect(move.moved[0].paths.map(\.description) == ["spec.x"])
        let entries = (move.managedFields.arrayValue ?? []).map { entry in
            (entry["manager"]?.stringValue ?? "") + " "
                + String(decoding: printJSON(entry["fieldsV1"] ?? nil), as: UTF8.self)
        }
        #expect(
            entries == [
                #"tidemark {"f:spec":{"f:x":{}}}"#,
                #"before-first-apply {"f:status":{"f:phase":{}}}"#,
                #"helm {"f:status":{"f:ready":{}}}"#,
            ])
        var after = live
        after["metadata"]?["managedFields"] = move.managedFields
        #expect(ownershipMove(live: after, to: "tidemark") == nil)
    }

    @Test func ofAnotherVersionOfTheAPIOnlyFieldsThatAreThereMove() throws {
        var live = try owned(
            Self.head + "spec: {replicas: 3}",
            ("helm", "Update", #"{"f:spec":{"f:replicas":{},"f:rollbackTo":{}}}"#))
        guard case .array(var entries)? = live["metadata"]?["managedFields"] else { return }
        entries[0]["apiVersion"] = "extensions/v1beta1"
        live["metadata"]?["managedFields"] = .array(entries)
        let move = try #require(ownershipMove(live: live, to: "tidemark"))
        #expect(move.managedFields[0]?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
        #expect(move.managedFields[0]?["apiVersion"] == "apps/v1")
    }

    @Test func aKeyThatIsLeftToItsDefaultIsInGit() throws {
        let head = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
        let live = try owned(
            head + "spec: {ports: [{port: 80, protocol: TCP, name: http}]}",
            (
                "kubectl", "Update",
                #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}}"#
            ))
        let desired = try yaml(head + "spec: {ports: [{port: 80}]}")
        #expect(unownedFields(desired: desired, live: live).isEmpty)
        #expect(unownedFields(desired: try yaml(head), live: live).count == 1)
    }

    @Test func longListsAreComparedByKeyToo() throws {
        let names = (0..<2000).map { "v\($0)" }
        func spec(_ names: [String]) -> Node {
            let list = Node.array(names.map { ["name": .string($0), "value": "x"] })
            return ["template": ["spec": ["containers": [["name": "web", "env": list]]]]]
        }
        var desired = try yaml(Self.head)
        desired["spec"] = spec(names)
        var live = desired
        live["spec"] = spec(names.reversed() + ["gone", "other"])
        let entry: Node = try parseJSON(
            Array(
                #"""
                {"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":
                {"f:env":{"k:{\"name\":\"gone\"}":{".":{}},"k:{\"name\":\"v7\"}":{".":{}}}}}}}}}
                """#.utf8))
        live["metadata"]?["managedFields"] = [
            ["manager": "tidemark", "operation": "Apply", "fieldsV1": entry]
        ]
        #expect(
            compare(desired: desired, live: live).map(\.path.description)
                == ["spec.template.spec.containers[name=web].env[name=gone]"])
    }
}
