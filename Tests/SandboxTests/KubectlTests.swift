import Foundation
import Sandbox
import TestSupport
import Testing

/// Drives the real kubectl, where there is one.
@Suite("kubectl against the sandbox", .serialized)
struct KubectlTests {
    static let program = "/usr/bin/kubectl"

    @Test func aDeploymentLivesAndChanges() async throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            print("SKIPPED: no \(Self.program)")
            return
        }
        let folder = try TemporaryFolder()
        let manifest = folder.url.appendingPathComponent("web.yaml")
        try Self.manifest.write(to: manifest, atomically: true, encoding: .utf8)
        let config = folder.url.appendingPathComponent("kubeconfig")
        try await withSandbox(SandboxConfiguration(token: "secret")) { client in
            try sandboxKubeconfig(
                name: "test", server: "http://127.0.0.1:\(client.port)", token: "secret"
            ).write(to: config, atomically: true, encoding: .utf8)
            func expect(_ command: String, _ text: String) async throws {
                let output = try await kubectl(command, config, folder.url)
                #expect(output.contains(text), "kubectl \(command): \(output)")
            }
            let file = manifest.path
            try await expect(
                "apply --server-side -f \(file)", "deployment.apps/web serverside-applied")
            try await expect("rollout status deploy/web --timeout=10s", "successfully rolled out")
            try await expect(
                "wait deploy/web --for=condition=Available --timeout=10s", "condition met")
            try await expect("get deploy web", "2/2")
            try await expect("get pods", "Running")
            try await expect("scale deploy/web --replicas=3", "scaled")
            try await expect("rollout status deploy/web --timeout=10s", "successfully rolled out")
            try await expect("get deploy web -o jsonpath={.status.readyReplicas}", "3")
            try await expect(
                "patch deploy web -p {\"metadata\":{\"labels\":{\"a\":\"b\"}}}", "patched")
            try await expect("label deploy web x=y", "labeled")
            try await expect("edit deploy web", "edited")
            try await expect("get deploy web -o jsonpath={.spec.replicas}", "4")
            try await expect(
                "diff --server-side --force-conflicts -f \(file)", "-  replicas: 4")
            try await expect("create -f \(file)", "already exists")
            try await expect("api-resources --no-headers", "deployments")
            try await expect("delete deploy web", "deleted")
            try await expect("get deploy", "No resources found")
        }
    }

    /// What a user types first; kubectl sends most of it in Protobuf.
    @Test func imperativeCommandsWork() async throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            print("SKIPPED: no \(Self.program)")
            return
        }
        let commands = [
            ("create configmap settings --from-literal=a=b", "configmap/settings created"),
            ("get configmap settings -o jsonpath={.data.a}", "b"),
            ("create secret generic s --from-literal=p=q", "secret/s created"),
            ("get secret s -o jsonpath={.data.p}", "cQ=="),
            ("create deployment web --image=nginx:1 --replicas=2", "deployment.apps/web created"),
            ("rollout status deploy/web --timeout=10s", "successfully rolled out"),
            ("expose deploy web --port=80 --type=NodePort", "service/web exposed"),
            ("set image deploy/web nginx=nginx:2", "image updated"),
            ("rollout restart deploy/web", "restarted"),
            ("rollout status deploy/web --timeout=10s", "successfully rolled out"),
            ("describe deploy web", "NewReplicaSet"), ("logs deploy/web", "Found"),
            ("run one --image=busybox:broken", "pod/one created"),
            ("exec one -- ls", "no containers run in the sandbox"),
            ("create token default", "the sandbox issues no tokens"),
            ("auth can-i get pods", "yes"), ("create ns extra", "namespace/extra created"),
            ("delete ns extra --timeout=10s", "deleted"),
            ("explain deployment.spec.replicas", "FIELD: replicas <integer>"),
            ("explain pod.spec", "containers\t<[]Container> -required-"),
            ("get nodes", "Ready"), ("describe node", "Taints:             <none>"),
        ]
        let folder = try TemporaryFolder()
        let config = folder.url.appendingPathComponent("kubeconfig")
        try await withSandbox { client in
            try sandboxKubeconfig(
                name: "test", server: "http://127.0.0.1:\(client.port)", token: nil
            ).write(to: config, atomically: true, encoding: .utf8)
            for (command, text) in commands {
                let output = try await kubectl(command, config, folder.url)
                #expect(output.contains(text), "kubectl \(command): \(output)")
            }
        }
    }

    private static let manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "nginx:1.27"}]}

        """
}

/// What one kubectl command prints, on both of its streams.
private func kubectl(_ command: String, _ config: URL, _ home: URL) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: KubectlTests.program)
    process.arguments = command.split(separator: " ").map(String.init)
    process.environment = [
        "KUBECONFIG": config.path, "HOME": home.path, "PATH": "/usr/bin:/bin",
        "EDITOR": "sed -i '/^  replicas:/s/3/4/'",
    ]
    let output = home.appendingPathComponent("output-\(UUID().uuidString)")
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in done.resume() }
        do { try process.run() } catch { done.resume(throwing: error) }
    }
    try handle.close()
    return try String(contentsOf: output, encoding: .utf8)
}
