import Foundation
import GitRepository
import Model
import TestSupport

/// A Git repository with one application for each of two embedded clusters, and a `tidemark.yaml`.
struct Platform {
    let session: Session
    let repository: GitRepository

    init() async throws {
        session = try Session()
        repository = try await GitRepository.open(session.path + "/platform.git")
        try await commit(
            [
                "applications/web-dev.yaml": application("dev", "automated: {prune: true}"),
                "applications/web-prod.yaml": application("prod", "syncOptions: [PruneLast=true]"),
                "dev/web.yaml": Self.web("1.27"), "prod/web.yaml": Self.web("1.27"),
            ], "web 1.27")
        try session.write(
            "tidemark.yaml",
            """
            repositories:
              - name: platform
                url: file://\(session.path)/platform.git
                poll: 600s
            applications:
              - repository: platform
                path: applications
            environments:
              - name: dev
                sandbox: {data: dev.db}
              - name: prod
                sandbox: {data: prod.db}

            """)
        _ = await session.run("init")
    }

    func commit(_ files: [String: String], _ message: String) async throws {
        try await repository.commit(
            to: "main", changes: files.mapValues { Array($0.utf8) },
            author: Commit.Identity(
                name: "Engineer A", email: "a@example.org",
                time: Timestamp(nanoseconds: 1_760_000_000_000_000_000)), message: message)
    }

    /// A commit that brings another image to production.
    func release(_ version: String) async throws {
        try await commit(["prod/web.yaml": Self.web(version)], "web \(version)")
    }

    private func application(_ name: String, _ policy: String) -> String {
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          name: web-\(name)
          namespace: argocd
        spec:
          project: default
          source:
            repoURL: file://\(session.path)/platform.git
            path: \(name)
            targetRevision: main
          destination:
            name: \(name)
            namespace: default
          syncPolicy:
            \(policy)

        """
    }

    static func web(_ version: String) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {version: "\(version)"}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: web
                image: registry.example.org/web:\(version)

        """
    }
}
