internal import AsyncHTTPClient
public import Digests
public import Logging
internal import Model
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Finds and pulls charts, and keeps every archive by its digest.
///
/// One for the whole program: it owns connections, and `shutdown` must be called once when nothing uses it any more. Nothing is
/// retried here.
public final class ChartPuller: Sendable {
    let limits: PullLimits
    private let log: Logger
    private let cache: ChartCache
    let entries = KnownAnswers<EntryQuestion, IndexEntry>()
    private let archives = KnownAnswers<ArchiveQuestion, Digest>()
    private let needed: @Sendable () async throws -> Set<Digest>
    /// By the authority to trust.
    private let clients = Mutex<[[UInt8]?: HTTPClient]>([:])

    /// - Parameters:
    ///   - cacheFolder: Made when the first archive is kept; may be deleted at any time.
    ///   - needed: Asked when the folder holds more than it may: what stays in it however long it was not used. While
    ///     that cannot be told nothing is deleted.
    public init(
        cacheFolder: String, limits: PullLimits = .standard, log: Logger,
        needed: @escaping @Sendable () async throws -> Set<Digest> = { [] }
    ) {
        self.needed = needed
        self.limits = limits
        self.log = log
        cache = ChartCache(folder: cacheFolder, limit: limits.kept)
    }

    /// Which version a reference means now, without pulling it.
    public func resolve(_ reference: ChartReference, credentials: ChartCredentials = .none)
        async throws(ChartRepositoryError) -> ResolvedChart
    {
        var session: RegistrySession?
        return try await resolve(reference, credentials, &session)
    }

    /// Resolves a reference and pulls what it means.
    ///
    /// - Parameter digest: What the archive must be; another one is an error. One that is kept needs no network.
    public func pull(
        _ reference: ChartReference, credentials: ChartCredentials = .none,
        expecting digest: Digest? = nil
    ) async throws(ChartRepositoryError) -> PulledChart {
        if let digest, let bytes = cache.bytes(digest) {
            return PulledChart(
                name: reference.name, version: reference.version, digest: digest,
                manifestDigest: nil, location: "\(reference)", bytes: bytes, wasCached: true)
        }
        var session: RegistrySession?
        var resolved = try await resolve(reference, credentials, &session)
        if let digest {
            if let found = resolved.digest, found != digest {
                throw .wrongDigest(resolved.location, expected: digest, found: found)
            }
            resolved.digest = digest
        }
        return try await pull(resolved, credentials, &session)
    }

    /// Pulls what was resolved; from the folder when its digest is known and there, which needs no network.
    public func pull(_ resolved: ResolvedChart, credentials: ChartCredentials = .none)
        async throws(ChartRepositoryError) -> PulledChart
    {
        var session: RegistrySession?
        return try await pull(resolved, credentials, &session)
    }

    /// The archive with this digest, if it was pulled before and is intact.
    public func cached(_ digest: Digest) -> [UInt8]? { cache.bytes(digest) }

    /// The archive with this digest, if it was pulled into the folder before and is intact.
    public static func kept(_ digest: Digest, in folder: String) -> [UInt8]? {
        ChartCache(folder: folder, limit: PullLimits.standard.kept).bytes(digest)
    }

    /// Closes all connections.
    public func shutdown() async {
        let closing = clients.withLock { clients in
            defer { clients = [:] }
            return Array(clients.values)
        }
        for client in closing {
            do { try await client.shutdown() } catch {
                log.warning("charts: closing connections: \(reason(error))")
            }
        }
    }

    private func resolve(
        _ reference: ChartReference, _ credentials: ChartCredentials,
        _ session: inout RegistrySession?
    ) async throws(ChartRepositoryError) -> ResolvedChart {
        switch reference.kind {
        case .archive(let url):
            return ResolvedChart(
                reference: reference, name: url.fileName, version: nil, digest: nil,
                location: "\(url)", place: .address(url))
        case .registry(let place):
            return try await resolve(place, credentials, &session)
        case .repository(let url, let chart, let version):
            let entry = try await entry(url, chart, version, credentials)
            guard entry.url.hasPrefix("oci://") else {
                return try resolved(reference, entry, chart, in: url)
            }
            var place = try OCIReference(String(entry.url.dropFirst("oci://".count)), version: "")
            if place.tag.isEmpty { place.version = entry.version }
            // The registry is another server, and the credential not for it.
            var found = try await resolve(place, .none, &session)
            found.reference = reference
            return found
        }
    }

    private func resolve(
        _ place: OCIReference, _ credentials: ChartCredentials, _ session: inout RegistrySession?
    ) async throws(ChartRepositoryError) -> ResolvedChart {
        var started = try RegistrySession(place, transport(credentials))
        let found = try await started.resolve(limits, cache)
        session = started
        return found
    }

    private func pull(
        _ resolved: ResolvedChart, _ credentials: ChartCredentials,
        _ session: inout RegistrySession?
    ) async throws(ChartRepositoryError) -> PulledChart {
        if let digest = resolved.digest, let bytes = cache.bytes(digest) {
            return PulledChart(resolved, digest, bytes, wasCached: true)
        }
        if resolved.digest == nil, case .address(let url) = resolved.place {
            return try await pull(resolved, from: url, credentials)
        }
        let bytes = try await archive(resolved, credentials, session)
        return try await keep(bytes, resolved)
    }

    /// An archive whose digest nobody tells: one that the server says is the same is not sent again.
    private func pull(
        _ resolved: ResolvedChart, from url: ChartURL, _ credentials: ChartCredentials
    ) async throws(ChartRepositoryError) -> PulledChart {
        let question = ArchiveQuestion(address: url, credentials: credentials)
        let known = archives[question]
        // Read before it is asked for: what is not kept any more has to be sent.
        let kept = known.flatMap { cache.bytes($0.answer) }
        let transport = try transport(credentials)
        let answer = try await transport.get(
            url, authorization: resolved.reference.origin.flatMap(credentials.authorization),
            unless: kept == nil ? Validators() : known?.validators ?? Validators(),
            limit: limits.archive)
        if answer.status == 304, let known, let kept {
            return PulledChart(resolved, known.answer, kept, wasCached: true)
        }
        guard (200..<300).contains(answer.status) else { throw transport.refusal(answer) }
        let pulled = try await keep(answer.body, resolved)
        archives.keep(pulled.digest, Validators(of: answer.headers), of: question)
        return pulled
    }

    private func keep(_ bytes: [UInt8], _ resolved: ResolvedChart)
        async throws(ChartRepositoryError) -> PulledChart
    {
        let found = Digest(of: bytes)
        if let expected = resolved.digest, expected != found {
            throw .wrongDigest(resolved.location, expected: expected, found: found)
        }
        // Source: https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
        guard bytes.starts(with: [0x1F, 0x8B]) else {
            throw .malformed(resolved.location, "it does not appear to be a gzipped archive")
        }
        try cache.keep(bytes, found)
        await makeRoom(besides: found)
        return PulledChart(resolved, found, bytes, wasCached: false)
    }

    private func makeRoom(besides digest: Digest) async {
        guard cache.isOverfull else { return }
        do {
            cache.makeRoom(sparing: try await needed().union([digest]))
        } catch {
            log.warning("charts: nothing is deleted from \(cache.folder): \(reason(error))")
        }
    }

    private func archive(
        _ resolved: ResolvedChart, _ credentials: ChartCredentials, _ session: RegistrySession?
    ) async throws(ChartRepositoryError) -> [UInt8] {
        switch resolved.place {
        case .address(let url):
            let authorization = resolved.reference.origin.flatMap(credentials.authorization)
            return try await transport(credentials).fetch(
                url, authorization: authorization, limit: limits.archive
            ).body
        case .registry(let place, let content):
            if var session { return try await session.content(content, limits) }
            let isOfReference = resolved.reference.kind == .registry(place)
            var session = try RegistrySession(
                place, transport(isOfReference ? credentials : .none))
            return try await session.content(content, limits)
        }
    }

    func transport(_ credentials: ChartCredentials) throws(ChartRepositoryError) -> Transport {
        Transport(
            http: try client(credentials.authority), limits: limits, credentials: credentials,
            log: log)
    }

    private func client(_ authority: [UInt8]?) throws(ChartRepositoryError) -> HTTPClient {
        if let known = clients.withLock({ $0[authority] }) { return known }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority {
            guard let certificates = try? NIOSSLCertificate.fromPEMBytes(authority),
                !certificates.isEmpty
            else { throw .badAuthority }
            tls.trustRoots = .certificates(certificates)
        }
        // Redirects are followed by `Transport`, which knows whom the credential is for.
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(limits.connect.wholeNanoseconds),
            read: .nanoseconds(limits.silence.wholeNanoseconds))
        // A refused connection is an answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        return clients.withLock { [configuration] clients in
            if let known = clients[authority] { return known }
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: configuration)
            clients[authority] = client
            return client
        }
    }
}

extension ChartReference {
    /// Whom the credential is for, when the chart is had over HTTP.
    fileprivate var origin: ChartURL.Origin? {
        switch kind {
        case .repository(let url, _, _), .archive(let url): url.origin
        case .registry: nil
        }
    }
}

extension PulledChart {
    fileprivate init(
        _ resolved: ResolvedChart, _ digest: Digest, _ bytes: [UInt8], wasCached: Bool
    ) {
        self.init(
            name: resolved.name, version: resolved.version, digest: digest,
            manifestDigest: resolved.manifestDigest, location: resolved.location, bytes: bytes,
            wasCached: wasCached)
    }
}
