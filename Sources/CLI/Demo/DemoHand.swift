internal import AsyncHTTPClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import YAML

/// The hand of somebody who changes a cluster directly, past Git: plain requests as kubectl makes them.
struct DemoHand: Sendable {
    let server: String

    func setReplicas(of deployment: String, to replicas: Int64) async throws {
        let patch: Node = ["spec": ["replicas": .int(replicas)]]
        try await send(
            "PATCH",
            "/apis/apps/v1/namespaces/keymate/deployments/\(deployment)?fieldManager=kubectl-edit",
            patch)
    }

    func deleteService(_ name: String) async throws {
        try await send("DELETE", "/api/v1/namespaces/keymate/services/\(name)", nil)
    }

    func replicas(of deployment: String) async throws -> Int64 {
        let object = try await get("apps/v1", "deployments", deployment)
        return object?["spec"]?["replicas"]?.intValue ?? -1
    }

    func image(of deployment: String) async throws -> String {
        let object = try await get("apps/v1", "deployments", deployment)
        let template = object?["spec"]?["template"]?["spec"]
        return template?["containers"]?[0]?["image"]?.stringValue ?? "nothing"
    }

    func uid(of service: String) async throws -> String? {
        try await get("v1", "services", service)?["metadata"]?["uid"]?.stringValue
    }

    func exists(_ apiVersion: String, _ plural: String, _ name: String) async throws -> Bool {
        try await get(apiVersion, plural, name) != nil
    }

    private func get(_ apiVersion: String, _ plural: String, _ name: String) async throws -> Node? {
        let root = apiVersion == "v1" ? "/api/v1" : "/apis/\(apiVersion)"
        return try await send("GET", "\(root)/namespaces/keymate/\(plural)/\(name)", nil)
    }

    /// - Returns: The answer; `nil` when there is no such object.
    @discardableResult
    private func send(_ method: String, _ path: String, _ body: Node?) async throws -> Node? {
        var request = HTTPClientRequest(url: server + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Accept", value: "application/json")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/merge-patch+json")
            request.body = .bytes(ByteBuffer(bytes: printJSON(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 16 << 20)
        if response.status.code == 404 { return nil }
        guard (200..<300).contains(response.status.code) else {
            throw DemoFailure(
                summary: "\(method) \(path) was answered with \(response.status.code)")
        }
        return try parseJSON(Array(bytes.readableBytesView))
    }
}
