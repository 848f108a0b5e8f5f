import Declarations
import Model
import Testing
import YAML

@Suite("Directives")
struct DirectiveTests {
    @Test(arguments: [
        ("", "resource 0"),
        ("argocd.argoproj.io/sync-wave: '-5'", "resource -5"),
        ("argocd.argoproj.io/hook: PreSync", "PreSync 0 BeforeHookCreation"),
        (
            "argocd.argoproj.io/hook: 'PostSync, Sync,Skip'",
            "Sync+PostSync 0 BeforeHookCreation"
        ),
        ("argocd.argoproj.io/hook: Skip", "skipped 0"),
        (
            "argocd.argoproj.io/hook: SyncFail\nargocd.argoproj.io/hook-delete-policy: "
                + "HookSucceeded,HookFailed", "SyncFail 0 HookFailed HookSucceeded"
        ),
        (
            "helm.sh/hook: pre-install,pre-upgrade\nhelm.sh/hook-weight: '3'",
            "PreSync 3 BeforeHookCreation"
        ),
        (
            "helm.sh/hook: post-install\nhelm.sh/hook-delete-policy: hook-succeeded",
            "PostSync 0 HookSucceeded"
        ),
        ("helm.sh/hook: test", "skipped 0"),
        ("helm.sh/hook: 'pre-delete,post-install,test'", "PreDelete+PostSync 0 BeforeHookCreation"),
        (
            "argocd.argoproj.io/hook: PreDelete,PostDelete",
            "PreDelete+PostDelete 0 BeforeHookCreation"
        ),
        ("helm.sh/hook: crd-install", "resource 0"),
        ("helm.sh/hook: test\nargocd.argoproj.io/hook: Sync", "Sync 0 BeforeHookCreation"),
        ("helm.sh/hook-weight: '3'\nargocd.argoproj.io/sync-wave: '1'", "resource 1"),
        ("argocd.argoproj.io/hook-delete-policy: HookFailed", "resource 0"),
        (
            "argocd.argoproj.io/sync-options: Prune=false,PruneLast=true",
            "resource 0 noPrune pruneLast"
        ),
        ("argocd.argoproj.io/sync-options: Delete=false", "resource 0 noDelete"),
        ("helm.sh/resource-policy: keep", "resource 0 noDelete"),
        ("argocd.argoproj.io/sync-options: ServerSideApply=true", "resource 0"),
        ("argocd.argoproj.io/compare-options: IgnoreExtraneous", "resource 0 extraneous"),
        ("argocd.argoproj.io/ignore-healthcheck: 'true'", "resource 0 noHealth"),
        ("argocd.argoproj.io/tracking-id: 'a:/b:c/d'\nother.io/x: y", "resource 0"),
    ])
    func areRead(_ annotations: String, _ expected: String) {
        let read = directives(annotations)
        #expect(read.problems.map(\.summary) == [])
        let found = read.directives
        let role =
            switch found.role {
            case .resource: "resource"
            case .skipped: "skipped"
            case .hook(let phases): phases.map(\.rawValue).joined(separator: "+")
            }
        let words =
            [role, String(found.wave)] + found.deletePolicies.map(\.rawValue).sorted()
            + (found.prunes ? [] : ["noPrune"]) + (found.prunesLast ? ["pruneLast"] : [])
            + (found.deletesWithApplication ? [] : ["noDelete"])
            + (found.ignoresExtraneous ? ["extraneous"] : [])
            + (found.ignoresHealth ? ["noHealth"] : [])
        #expect(words.joined(separator: " ") == expected)
    }
}

/// Reads a ConfigMap with these annotations, one `key: value` a line.
func directives(_ annotations: String) -> (directives: ResourceDirectives, problems: [Problem]) {
    let lines = annotations.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    let text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n"
        + (lines.isEmpty ? "    {}" : lines)
    let document = try? parseYAML(Array(text.utf8), file: "a.yaml").first
    return readDirectives(
        document?.root ?? .null, origin: Model.SourceLocation(file: "app/a.yaml", line: 1))
}
