import Digests
import Model
import Rendering
import Testing
import YAML

@Suite("Tracking and placement")
struct TrackingTests {
    private func object(_ json: String) throws -> Node { try parseJSON(Array(json.utf8)) }

    private let deployment =
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}"#

    @Test func theAnnotationSaysApplicationAndObject() throws {
        let node = tracked(try object(deployment), application: "store")
        #expect(
            node["metadata"]?["annotations"]?[TrackingID.annotation]
                == "store:apps/Deployment:shop/web")
        #expect(trackingApplication(of: node) == "store")
        #expect(
            tracked(node, application: "other")["metadata"]?["annotations"]
                == .object(
                    [("argocd.argoproj.io/tracking-id", "other:apps/Deployment:shop/web")]
                        .mapping))
    }

    @Test func coreGroupAndClusterScopeLeaveTheirPartEmpty() {
        let key = ObjectKey(group: "", kind: "Namespace", namespace: "", name: "shop")
        let id = TrackingID(application: "store", key: key)
        #expect(id.description == "store:/Namespace:/shop")
        #expect(TrackingID("store:/Namespace:/shop") == id)
    }

    @Test(arguments: [
        "", "store", "store:apps/Deployment", ":apps/Deployment:shop/web", "a:b:c", "a:b/:c/d",
        "store:apps/Deployment:shop/", "a:b/c/d:e/f",
    ])
    func otherTextsAreNoID(_ text: String) { #expect(TrackingID(text) == nil) }

    @Test func aCopiedAnnotationDoesNotCount() throws {
        var copy = tracked(try object(deployment), application: "store")
        copy["kind"] = "ReplicaSet"
        #expect(trackingApplication(of: copy) == nil)
    }

    @Test func definitionsOfCustomResourcesAreNotTracked() throws {
        let definition = try object(
            #"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"a.b"}}"#
        )
        #expect(tracked(definition, application: "store") == definition)
    }

    @Test func objectsGoIntoTheDestinationsNamespace() throws {
        let tree = FileTree(entries: [
            "app/a.yaml": .file(
                Array(
                    (configMap("a") + "---\n" + configMap("b, namespace: other") + "---\n"
                        + "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: x}\n"
                        + "---\napiVersion: a.b/v1\nkind: New\nmetadata: {name: c}\n"
                        + "---\n" + configMap("a, namespace: shop")).utf8))
        ])
        let rendered = renderDirectory(tree, path: "app", options: DirectoryOptions())
        let placed = placed(rendered.objects, namespace: "shop") { kind in
            kind.group == "a.b" ? nil : kind.kind != "Namespace"
        }
        #expect(
            placed.objects.map { "\($0.key) \(ObjectKey(manifest: $0.node) == $0.key)" } == [
                "/ConfigMap/other/b true", "/Namespace//shop true", "a.b/New/shop/c true",
                "/ConfigMap/shop/a true",
            ])
        #expect(placed.warnings.map(\.location.line) == [17])
    }

    @Test func theDigestIsThatOfTheSet() throws {
        func digest(_ files: [String: String]) -> Digest {
            let tree = FileTree(entries: files.mapValues { .file(Array($0.utf8)) })
            let rendered = renderDirectory(tree, path: "app", options: DirectoryOptions())
            return desiredDigest(of: rendered.objects) { $0.node }
        }
        let one = digest(["app/a.yaml": configMap("a"), "app/b.yaml": configMap("b")])
        #expect(one == digest(["app/z.yaml": configMap("b") + "---\n" + configMap("a")]))
        #expect(one != digest(["app/a.yaml": configMap("a")]))
    }
}

extension [(String, Node)] {
    fileprivate var mapping: Mapping { Mapping(map { ($0.0, $0.1) }) }
}
