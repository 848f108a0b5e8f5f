import Declarations
import Model
import TestSupport
import Testing

@Suite("Applications")
struct ApplicationTests {
    @Test func everySupportedFieldIsRead() throws {
        let declared = read(["apps/web.yaml": everyField])
        #expect(declared.problems.map(\.summary) == [])
        let application = try #require(declared.applications.first)
        #expect(application.name == "authz-dev")
        #expect(application.namespace == "argocd")
        #expect(application.project == "default")
        #expect(application.source.path == "envs/dev")
        #expect(application.source.targetRevision == "main")
        #expect(
            application.source.directory
                == .init(recurse: true, include: "*.yaml", exclude: "x*", isExplicit: true))
        #expect(application.destination == .init(cluster: .name("dev"), namespace: "keymate"))
        let automated = SyncPolicy.Automated(prune: true, selfHeal: true, allowEmpty: true)
        #expect(application.syncPolicy.automated == automated)
        let retry = RetryPolicy(
            limit: nil, duration: .seconds(2), factor: 3, maxDuration: .seconds(5400),
            refresh: true)
        #expect(application.syncPolicy.retry == retry)
        let options = SyncOptions(
            prunes: false, createsNamespace: true, prunesLast: true, appliesOutOfSyncOnly: true)
        #expect(application.syncPolicy.options == options)
        #expect(application.removal == .deletesObjects(.background))
        #expect(application.info == [.init(name: "runbook", value: "https://example.com")])
        #expect(application.labels == ["team": "identity"])
        #expect(application.location == .init(file: "apps/web.yaml", line: 1, column: 1))
        #expect(
            declared.warnings.map(\.summary) == [
                "apps/web.yaml:13:25: spec.revisionHistoryLimit: has no effect: the ledger keeps "
                    + "the whole history"
            ])
    }

    @Test func whatIsNotSaidHasArgoCDsDefault() throws {
        let application = try #require(read(["apps/a.yaml": smallest("a")]).applications.first)
        #expect(application.source.targetRevision == "HEAD")
        #expect(application.source.directory == .detected)
        #expect(application.syncPolicy == .manual)
        #expect(application.removal == .keepsObjects)
        let automated = smallest("a") + "  syncPolicy: {automated: {}}\n"
        let policy = try #require(read(["apps/a.yaml": automated]).applications.first).syncPolicy
        #expect(
            policy.automated == .init(prune: false, selfHeal: false, allowEmpty: false))
        #expect(policy.retry == .automatic)
    }

    @Test func automatedMayBeSwitchedOff() throws {
        let off = smallest("a") + "  syncPolicy: {automated: {enabled: false, prune: true}}\n"
        #expect(read(["apps/a.yaml": off]).applications.first?.syncPolicy.automated == nil)
        let empty = read(["apps/a.yaml": smallest("a") + "  syncPolicy: {automated: }\n"])
        #expect(empty.applications.first?.syncPolicy.automated == nil)
        #expect(empty.warnings.map(\.message) == ["is empty, so syncs stay manual"])
    }

    @Test func listsAndFoldersBelowAreReadWhenAskedTo() {
        let list = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: c},
               spec: {source: {repoURL: u, path: p}, destination: {name: dev}}}
            """
        let files = ["apps/b.yaml": list, "apps/x/a.yaml": smallest("a"), "apps/n.txt": "["]
        #expect(read(files).applications.map(\.name) == ["c"])
        #expect(read(files, recurse: true).applications.map(\.name) == ["a", "c"])
    }

    @Test func theDefaultProjectWithoutRestrictionsIsAccepted() {
        let project = """
            apiVersion: argoproj.io/v1alpha1
            kind: AppProject
            metadata: {name: default, namespace: argocd}
            spec:
              sourceRepos: ['*']
              destinations: [{namespace: '*', server: '*'}]
              clusterResourceWhitelist: [{group: '*', kind: '*'}]
            """
        #expect(read(["apps/p.yaml": project]).problems.map(\.summary) == [])
    }

    @Test func theDigestFollowsTheContentNotThePlace() {
        let one = read(["apps/a.yaml": smallest("a")]).applications.first?.digest
        let moved = read(["apps/b.yaml": "# moved\n" + smallest("a")]).applications.first?.digest
        let other = read(["apps/a.yaml": smallest("b")]).applications.first?.digest
        #expect(one == moved)
        #expect(one != other)
    }

    @Test func pausesGrowToTheirLimit() {
        let pauses = (1...8).map { RetryPolicy(limit: 7).pause(beforeAttempt: $0) }
        #expect(
            pauses == [5, 10, 20, 40, 80, 160, 180].map { Duration.seconds($0) } + [nil])
        let steep = RetryPolicy(
            limit: nil, duration: .seconds(1), factor: 1000, maxDuration: .seconds(9_000_000_000),
            refresh: false)
        #expect(steep.pause(beforeAttempt: Int.max) == .seconds(9_000_000_000))
        #expect(RetryPolicy.never.pause(beforeAttempt: 1) == nil)
    }

    @Test func noSourcesBesideASourceCountForNothing() {
        let tree = FileTree(
            entries: [
                "web.yaml": .file(
                    Array(
                        """
                        apiVersion: argoproj.io/v1alpha1
                        kind: Application
                        metadata: {name: web}
                        spec:
                          source: {repoURL: u, path: p}
                          sources: []
                          destination: {name: dev}
                        """.utf8))
            ])
        let read = readApplications(tree, path: "")
        #expect(read.problems.isEmpty && read.warnings.isEmpty)
        #expect(read.applications.first?.sources.map(\.path) == ["p"])
    }
}

let everyField = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: authz-dev
      namespace: argocd
      labels: {team: identity}
      annotations: {owner: platform}
      finalizers: [resources-finalizer.argocd.argoproj.io/background]
    spec:
      project: default
      info:
      - {name: runbook, value: "https://example.com"}
      revisionHistoryLimit: 3
      source:
        repoURL: https://example.com/platform.git
        path: ./envs//dev/
        targetRevision: main
        directory: {recurse: true, include: "*.yaml", exclude: "x*"}
      destination: {name: dev, namespace: keymate}
      syncPolicy:
        automated: {prune: true, selfHeal: true, allowEmpty: true, enabled: true}
        retry:
          limit: -1
          refresh: true
          backoff: {duration: "2", factor: 3, maxDuration: 1h30m}
        syncOptions:
        - Prune=false
        - CreateNamespace=true
        - PruneLast=true
        - ApplyOutOfSyncOnly=true
        - ServerSideApply=true

    """

func smallest(_ name: String) -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: \(name)}
    spec:
      source: {repoURL: u, path: .}
      destination: {server: "https://kubernetes.default.svc"}

    """
}

func read(_ files: [String: String], links: [String: String] = [:], recurse: Bool = false)
    -> DeclaredApplications
{
    var tree = FileTree()
    for (path, text) in files { tree.entries[path] = .file(Array(text.utf8)) }
    for (path, target) in links { tree.entries[path] = .link(target: target) }
    return readApplications(tree, path: "apps", recurse: recurse)
}
