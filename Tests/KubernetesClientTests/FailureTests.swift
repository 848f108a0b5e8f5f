import KubernetesClient
import Model
import TestSupport
import Testing

@Suite("Refusals")
struct FailureTests {
    /// What a get of a Deployment that is answered with `answer` throws, as one line.
    private func failure(_ answer: PlayedAnswer) async throws -> String {
        let script = ["GET /apis/apps/v1/namespaces/t/deployments/d": [answer]]
        return try await withClient(script) { client, _ in
            do throws(ClusterError) {
                _ = try await client.get(deployments, namespace: "t", name: "d")
                return "no error"
            } catch {
                return switch error {
                case .refused(let code, let reason, let message): "\(code) \(reason): \(message)"
                case .expired(let message): "expired: \(message)"
                case .unknownKind(let kind): "unknown kind \(kind.group)/\(kind.kind)"
                case .malformedAnswer(let message): "malformed: \(message)"
                case .unreachable(let cluster, let message): "\(cluster): \(message)"
                }
            }
        }
    }

    private func check(_ recording: String, _ answer: String, _ expected: String) async throws {
        #expect(try await failure(Recording(recording).answer(answer)) == expected)
    }

    @Test func statusesKeepCodeReasonAndMessage() async throws {
        try await check(
            "12-get-missing", "object", "404 NotFound: deployments.apps \"none\" not found")
        try await check(
            "12-get-missing", "namespace", "404 NotFound: namespaces \"none\" not found")
        try await check(
            "11-create-duplicate", "duplicate", "409 AlreadyExists: configmaps \"a\" already exists"
        )
        try await check(
            "25-ssa-conflict", "conflict",
            "409 Conflict: Apply failed with 1 conflict: conflict with \"alpha\": .data.k")
        try await check(
            "65-unauthenticated", "forbidden",
            "403 Forbidden: configmaps is forbidden: User \"system:anonymous\" cannot list resource "
                + "\"configmaps\" in API group \"\" in the namespace \"default\"")
        try await check("65-unauthenticated", "bad token", "401 Unauthorized: Unauthorized")
        try await check(
            "56-watch-gone", "gone list",
            "expired: The resourceVersion for the provided list is too old.")
    }

    @Test func akindThatIsNotServedIsNoMissingObject() async throws {
        try await check("02-legacy-discovery", "no group", "unknown kind apps/Deployment")
        try await check("02-legacy-discovery", "no version", "unknown kind apps/Deployment")
    }

    @Test func theServersWishToWaitIsPassedOn() async throws {
        let status: Node = [
            "kind": "Status", "reason": "TooManyRequests", "message": "too many requests",
            "code": 429, "details": ["retryAfterSeconds": 7],
        ]
        #expect(
            try await failure(.json(status, status: 429))
                == "429 TooManyRequests: too many requests (retry after 7 s)")
        #expect(
            try await failure(
                .whole(status: 429, headers: [("retry-after", "1")], body: "Too many requests.\n"))
                == "429 : Too many requests. (retry after 1 s)")
    }

    @Test func answersOfSomethingElseAreNoJSON() async throws {
        #expect(
            try await failure(.whole(status: 502, headers: [], body: "<html>bad gateway</html>"))
                == "502 : <html>bad gateway</html>")
        #expect(
            try await failure(.whole(status: 200, headers: [], body: "<html>hello</html>"))
                .hasPrefix("malformed: "))
        // A redirect is no answer, and is not followed: it could carry the credential away.
        #expect(
            try await failure(
                .whole(status: 302, headers: [("location", "http://127.0.0.1:1/")], body: ""))
                == "302 : the server redirects, which is not followed")
    }
}
