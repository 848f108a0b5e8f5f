internal import Digests
internal import FoundationEssentials
internal import Model
internal import NIOHTTP1
internal import YAML

/// Requests to one repository of a registry, with what its token service gave for them.
///
/// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md and
/// https://distribution.github.io/distribution/spec/auth/token/
struct RegistrySession: Sendable {
    let reference: OCIReference
    private let base: ChartURL
    private var transport: Transport
    private var authorization: Authorization?

    /// Plain HTTP is spoken with a registry of this machine, unless an authority to trust is given.
    init(_ reference: OCIReference, _ transport: Transport) throws(ChartRepositoryError) {
        self.reference = reference
        self.transport = transport
        self.transport.isPlainOnLoopbackOnly = true
        // Source: https://github.com/oras-project/oras-go/blob/v2.6.0/registry/reference.go (Host)
        let host = reference.host == "docker.io" ? "registry-1.docker.io" : reference.host
        let secure = try ChartURL("https://\(host)/v2/\(reference.path)/")
        let isPlain = secure.isLoopback && transport.credentials.authority == nil
        base = isPlain ? try ChartURL("http://\(host)/v2/\(reference.path)/") : secure
        if case .bearer = transport.credentials.secret {
            authorization = transport.credentials.authorization(for: base.origin)
        }
    }

    func url(_ path: String) throws(ChartRepositoryError) -> ChartURL { try base.resolving(path) }

    /// Asks the registry, and once more with a token or password when it wants one.
    ///
    /// A 401 of whom the registry redirects to is an answer, and no question that gets a secret.
    mutating func get(_ url: ChartURL, accept: String = "*/*", limit: Int)
        async throws(ChartRepositoryError) -> Answer
    {
        let first = try await transport.get(
            url, accept: accept, authorization: authorization, limit: limit)
        guard first.status == 401, first.url.origin == base.origin else { return first }
        guard let authorization = try await self.authorization(first),
            authorization != self.authorization
        else { return first }
        self.authorization = authorization
        return try await transport.get(
            url, accept: accept, authorization: authorization, limit: limit)
    }

    mutating func fetch(_ url: ChartURL, accept: String = "*/*", limit: Int)
        async throws(ChartRepositoryError) -> Answer
    {
        let answer = try await get(url, accept: accept, limit: limit)
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        return answer
    }

    func refusal(_ answer: Answer) -> ChartRepositoryError { transport.refusal(answer) }

    private mutating func authorization(_ answer: Answer) async throws(ChartRepositoryError)
        -> Authorization?
    {
        let challenges = AuthenticationChallenge.all(in: answer.headers["www-authenticate"])
        if let challenge = challenges.first(where: { $0.scheme == "bearer" }) {
            return try await token(challenge, answer)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }),
            case .basic = transport.credentials.secret
        else { return nil }
        return transport.credentials.authorization(for: base.origin)
    }

    /// Asks the token service that the registry names, with the credential if there is one.
    private mutating func token(_ challenge: AuthenticationChallenge, _ answer: Answer)
        async throws(ChartRepositoryError) -> Authorization?
    {
        guard let realm = challenge.parameters["realm"] else {
            throw .malformed("\(answer.url)", "it asks for a token and names no realm")
        }
        let service = try ChartURL(realm)
        guard service.isSecure || service.isLoopback && !base.isSecure else {
            throw .unsafe(
                "\(service)", "the token service of \(reference.host) is not reached over HTTPS")
        }
        let scope = challenge.parameters["scope"] ?? "repository:\(reference.path):pull"
        let address = try service.adding([
            ("service", challenge.parameters["service"] ?? ""), ("scope", scope),
        ])
        var authorization: Authorization?
        if case .basic = transport.credentials.secret {
            authorization = transport.credentials.authorization(for: address.origin)
        }
        let given = try await transport.fetch(
            address, accept: "application/json", authorization: authorization,
            limit: transport.limits.document)
        let fields = try? parseJSON(given.body)
        let token = [fields?["token"], fields?["access_token"]].lazy
            .compactMap { $0?.stringValue }.first { !$0.isEmpty }
        guard let token, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed("\(address)", "it holds no token")
        }
        transport.secrets.append(token)
        return Authorization(header: "Bearer \(token)", origin: base.origin)
    }
}
