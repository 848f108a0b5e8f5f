import Digests
import Model
import Synchronization
import TestSupport
import YAML

/// A registry with one repository, `org/web`, that wants a token of its own token service.
///
/// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
final class PlayedRegistry: Sendable {
    /// How it lets people in.
    enum Door: Sendable {
        case open
        case basic
        /// Tokens for everybody, or for those who have the password.
        case token(isForEverybody: Bool)
    }

    private let door: Door
    /// Answers that stand in place of the right ones, by target.
    private let replaced: Mutex<[String: ServedAnswer]>
    private let manifests: [String: [UInt8]]
    private let blobs: [String: [UInt8]]
    private let tags: [String]

    static let basic = "Basic bWU6czNjcmV0"
    static let token = "t0ken"

    init(
        _ versions: [String], _ door: Door = .open, replacing answers: [String: ServedAnswer] = [:]
    ) {
        self.door = door
        replaced = Mutex(answers)
        var manifests: [String: [UInt8]] = [:]
        var blobs: [String: [UInt8]] = [:]
        for version in versions {
            let config = Array("{\"name\": \"web\", \"version\": \"\(version)\"}".utf8)
            let content = archive(version)
            for blob in [config, content] { blobs["sha256:\(Digest(of: blob))"] = blob }
            let manifest = Self.manifest(config: config, content: content)
            manifests[version.replacing("+", with: "_")] = manifest
            manifests["sha256:\(Digest(of: manifest))"] = manifest
        }
        (self.manifests, self.blobs) = (manifests, blobs)
        tags = versions.map { $0.replacing("+", with: "_") } + ["latest"]
    }

    static func manifest(
        config: [UInt8], content: [UInt8],
        types: (config: String, content: String) = (
            "application/vnd.cncf.helm.config.v1+json",
            "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
        )
    ) -> [UInt8] {
        func descriptor(_ type: String, _ bytes: [UInt8]) -> Node {
            [
                "mediaType": .string(type), "digest": .string("sha256:\(Digest(of: bytes))"),
                "size": .int(Int64(bytes.count)),
            ]
        }
        return printJSON([
            "schemaVersion": 2, "config": descriptor(types.config, config),
            "layers": [descriptor(types.content, content)],
        ])
    }

    /// The digest of a version's manifest.
    func digest(_ version: String) -> Digest { Digest(of: manifests[version] ?? []) }

    func answer(_ request: ServedRequest) -> ServedAnswer {
        if request.target.hasPrefix("/token?") { return token(request) }
        if !isLetIn(request) {
            let realm = "http://127.0.0.1:\(request.port)/token"
            let challenge =
                if case .basic = door { "Basic realm=\"charts\"" } else {
                    "Bearer realm=\"\(realm)\",service=\"a registry\",scope=\"repository:org/web:pull\""
                }
            return ServedAnswer(401, headers: [("www-authenticate", challenge)])
        }
        if let answer = replaced.withLock({ $0[request.target] }) { return answer }
        let parts = request.target.dropFirst("/v2/org/web/".count).split(separator: "/")
        guard request.target.hasPrefix("/v2/org/web/"), parts.count == 2 else {
            return ServedAnswer(404)
        }
        switch parts[0] {
        case "manifests": return found(manifests[String(parts[1])])
        case "blobs": return found(blobs[String(parts[1])])
        default: return page(of: request.target)
        }
    }

    private func found(_ bytes: [UInt8]?) -> ServedAnswer {
        guard let bytes else {
            return ServedAnswer(
                404, text: #"{"errors": [{"code": "NOT_FOUND", "message": "there is none"}]}"#)
        }
        return ServedAnswer(
            headers: [("docker-content-digest", "sha256:\(Digest(of: bytes))")], bytes)
    }

    /// One tag on a page, each of which names the next one.
    private func page(of target: String) -> ServedAnswer {
        let last = target.split(separator: "last=").dropFirst().first.map(String.init)
        let start = last.flatMap { tags.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        let body = printJSON(["name": "org/web", "tags": [.string(tags[start])]])
        let link = ("link", "</v2/org/web/tags/list?n=1&last=\(tags[start])>; rel=\"next\"")
        return ServedAnswer(headers: start + 1 < tags.count ? [link] : [], body)
    }

    private func isLetIn(_ request: ServedRequest) -> Bool {
        switch door {
        case .open: true
        case .basic: request["authorization"] == Self.basic
        case .token: request["authorization"] == "Bearer \(Self.token)"
        }
    }

    private func token(_ request: ServedRequest) -> ServedAnswer {
        guard request.target == "/token?service=a%20registry&scope=repository:org/web:pull" else {
            return ServedAnswer(400, text: "not this: \(request.target)")
        }
        if case .token(isForEverybody: false) = door, request["authorization"] != Self.basic {
            return ServedAnswer(
                401, text: #"{"errors": [{"code": "UNAUTHORIZED", "message": "who?"}]}"#)
        }
        return ServedAnswer(text: "{\"access_token\": \"\(Self.token)\"}")
    }
}
