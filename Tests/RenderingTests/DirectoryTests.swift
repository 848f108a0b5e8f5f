import Digests
import Model
import Rendering
import TestSupport
import Testing

@Suite("Plain directory")
struct DirectoryTests {
    @Test func onlyTheFolderItselfIsReadInTheOrderOfItsNames() {
        check(
            [
                "app/b.yaml": configMap("b"), "app/a.yml": configMap("a"), "app/c.json": jsonObject,
                "app/sub/d.yaml": configMap("d"), "app/notes.txt": "x",
                "app/X.YAML": configMap("x"),
                "other/e.yaml": configMap("e"),
            ],
            gives: """
                /ConfigMap//a app/a.yml:1:1
                /ConfigMap//b app/b.yaml:1:1
                /ConfigMap//c app/c.json:1
                """)
    }

    @Test func recursionWalksFolderByFolder() {
        check(
            [
                "app/a.yaml": configMap("a"), "app/a/z.yaml": configMap("z"),
                "app/a-b/y.yaml": configMap("w"),
            ],
            options: DirectoryOptions(recurse: true),
            gives: """
                /ConfigMap//z app/a/z.yaml:1:1
                /ConfigMap//w app/a-b/y.yaml:1:1
                /ConfigMap//a app/a.yaml:1:1
                """)
    }

    @Test func excludeWinsOverInclude() {
        check(
            [
                "app/a.yaml": configMap("a"), "app/b.yaml": configMap("b"),
                "app/s/c.yaml": configMap("c"), "app/t/d.yaml": configMap("d"),
            ],
            options: DirectoryOptions(
                recurse: true, include: "{a.yaml,b.yaml,s/*}", exclude: "b*"),
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                /ConfigMap//c app/s/c.yaml:1:1
                """)
    }

    @Test func aPatternThatCannotBeReadIsAProblem() {
        check(
            ["app/a.yaml": configMap("a")], options: DirectoryOptions(include: "{a"),
            gives: "problem app: include \"{a\": the pattern has a { that is not closed")
    }

    @Test func aFileWithTheSkipMarkerIsNoManifest() {
        check(
            ["app/a.yaml": "# +argocd:skip-file-rendering\n: [", "app/b.yaml": configMap("b")],
            gives: "/ConfigMap//b app/b.yaml:1:1")
    }

    @Test func documentsAreCountedAndEmptyOnesSkipped() {
        check(
            ["app/a.yaml": "---\n# nothing\n---\n\(configMap("a"))---\n\(configMap("b"))---\n"],
            gives: """
                /ConfigMap//a app/a.yaml:4:1
                /ConfigMap//b app/a.yaml:8:1
                """)
    }

    @Test func listsAreTakenApart() {
        check(
            [
                "app/a.yaml": """
                apiVersion: v1
                kind: List
                items:
                - apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: a}
                - apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: b, namespace: shop}
                """,
                "app/b.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems: null\n",
                "app/c.yaml": "apiVersion: v1\nkind: List\nitems: [text]\n",
                "app/d.yaml": "apiVersion: v1\nkind: List\nitems: [{kind: List, items: []}]\n",
            ],
            gives: """
                /ConfigMap//a app/a.yaml:4:3
                apps/Deployment/shop/b app/a.yaml:7:3
                problem app/c.yaml:3:9: items[0]: is no object but a string
                problem app/d.yaml:3:9: items[0]: is a list in a list
                """)
    }

    @Test func aJSONFileHoldsOneObject() {
        check(
            ["app/a.json": "[\(jsonObject)]"],
            gives: "problem app/a.json: holds a list")
    }

    @Test func aNameThatNoClusterTakesIsRefused() {
        let long = String(repeating: "n", count: 254)
        check(
            ["app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(long)}\n"],
            gives: "problem app/a.yaml:1:1: metadata.name: has 254 bytes, more than the 253 that a "
                + "name may have")
    }

    @Test func whatAnObjectNeedsIsNamedWithItsPlace() {
        check(
            [
                "app/a.yaml": """
                apiVersion: v1
                kind: ConfigMap
                metadata: {labels: {}}
                ---
                kind: ConfigMap
                metadata: {name: x}
                ---
                apiVersion: v1
                metadata: {name: w}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: 5}
                ---
                just text
                """
            ],
            gives: """
                problem app/a.yaml:1:1: metadata.name: is required
                problem app/a.yaml:5:1: apiVersion: is required
                problem app/a.yaml:8:1: kind: is required
                problem app/a.yaml:11:1: metadata.name: must be a string, not a number
                problem app/a.yaml:15:1: is no object but a string
                """)
    }

    @Test func filesThatAreNoManifestsAreLeftOutWithAWarning() {
        check(
            [
                "app/values.yaml": "replicas: 3\n", "app/broken.yaml": "a: [\n",
                "app/manifest.yaml": "apiVersion: v1\nkind: X\nmetadata: [\n",
            ],
            gives: """
                problem app/manifest.yaml
                warning app/broken.yaml
                warning app/values.yaml:1:1: is left out: the file does not look like a manifest
                """, upTo: ["app/manifest.yaml", "app/broken.yaml"])
    }

    @Test func theLastOfTwoObjectsWithOneKeyCounts() {
        check(
            [
                "app/a.yaml": configMap("a"), "app/b.yaml": configMap("b"),
                "app/c.yaml": configMap("a"),
            ],
            gives: """
                /ConfigMap//b app/b.yaml:1:1
                /ConfigMap//a app/c.yaml:1:1
                warning app/c.yaml:1:1: RepeatedResourceWarning: /ConfigMap//a is also in \
                app/a.yaml:1:1; this one counts
                """)
    }

    @Test func onlyHooksMayHaveTheirNamesMadeUp() {
        let hook = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              generateName: smoke-
              annotations: {argocd.argoproj.io/hook: PostSync}

            """
        check(
            [
                "app/a.yaml": hook + "---\n" + hook,
                "app/b.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n",
            ],
            gives: """
                batch/Job//smoke- app/a.yaml:1:1
                batch/Job//smoke-#2 app/a.yaml:7:1
                problem app/b.yaml:1:1: metadata.generateName: only a hook may have its name \
                made up by the cluster
                """)
    }

    @Test func otherToolsAreRefusedByName() {
        check(
            ["app/Chart.yaml": "name: x\n", "app/kustomization.yaml": "resources: []\n"],
            gives: "problem app/Chart.yaml: Helm sources are not supported yet by this release")
        check(
            ["app/Kustomization": "", "app/a.yaml": configMap("a")],
            gives:
                "problem app/Kustomization: Kustomize sources are not supported yet by this release"
        )
        check(
            ["app/a.jsonnet": "{}"],
            gives: "problem app/a.jsonnet: Jsonnet is not supported yet by this release")
        check(
            ["app/.argocd-source-web.yaml": "kustomize: {}"],
            gives: "problem app/.argocd-source-web.yaml: parameter overrides in a file are not "
                + "supported by this release")
    }

    @Test func aChartBelowOrInAnExplicitDirectoryIsAFileLikeOthers() {
        let warning = "Chart.yaml:1:1: is left out: the file does not look like a manifest"
        check(
            ["app/Chart.yaml": "name: x\n"], options: DirectoryOptions(isExplicit: true),
            gives: "warning app/\(warning)")
        check(
            ["app/sub/Chart.yaml": "name: x\n"], options: DirectoryOptions(recurse: true),
            gives: "warning app/sub/\(warning)")
    }

    @Test func theFolderMustBeThere() {
        check([:], gives: "problem app: there is no such folder in the repository")
        check(["app": "x"], gives: "problem app: is a file, not a folder")
    }

    @Test func moreThanTenMegabytesAreRefused() {
        let padding = String(repeating: "# \(String(repeating: "x", count: 97))\n", count: 100_000)
        check(
            ["app/a.yaml": configMap("a"), "app/b.yaml": configMap("b") + padding],
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                problem app/b.yaml: the manifests of app have more than 10000000 bytes together
                """)
    }
}

func configMap(_ name: String) -> String {
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\n"
}

let jsonObject = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#

/// Renders `app` of these files: a line per object, then per problem, then per warning.
///
/// Of a line about a file in `upTo` only the file is compared: its text belongs to the parser.
func check(
    _ files: [String: String], links: [String: String] = [:],
    options: DirectoryOptions = DirectoryOptions(), gives expected: String,
    upTo shortened: [String] = [], sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    var tree = FileTree()
    for (path, text) in files { tree.entries[path] = .file(Array(text.utf8)) }
    for (path, target) in links { tree.entries[path] = .link(target: target) }
    let rendered = renderDirectory(tree, path: "app", options: options)
    func line(_ kind: String, _ problem: Problem) -> String {
        let file = problem.location.file
        return shortened.contains(file) ? "\(kind) \(file)" : "\(kind) \(problem.summary)"
    }
    let lines =
        rendered.objects.map { "\($0.key) \($0.origin)" }
        + rendered.problems.map { line("problem", $0) }
        + rendered.warnings.map { line("warning", $0) }
    #expect(lines.joined(separator: "\n") == expected, sourceLocation: sourceLocation)
}
