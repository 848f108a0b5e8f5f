internal import Digests
internal import Model
internal import NIOHTTP1
internal import YAML

extension RegistrySession {
    /// Finds what the reference means: by its digest, its exact version, or the best of its tags.
    mutating func resolve(_ limits: PullLimits, _ cache: ChartCache)
        async throws(ChartRepositoryError) -> ResolvedChart
    {
        let wanted = reference.version.isEmpty ? reference.tag : reference.version
        let (bytes, digest, place) = try await manifest(wanted, limits, cache)
        let manifest = try ChartManifest(bytes, from: place)
        guard manifest.content.size <= limits.archive else {
            throw .tooLarge(place, limit: limits.archive)
        }
        let config = try await config(manifest.config, limits, cache)
        if reference.digest != nil, isVersion(wanted), wanted != config.version {
            throw .badReference(
                "\(reference)", "the digest is that of version \(printable(config.version))")
        }
        return ResolvedChart(
            reference: ChartReference(reference), name: config.name, version: config.version,
            digest: manifest.content.digest, manifestDigest: digest,
            location: "oci://\(reference.host)/\(reference.path)@sha256:\(digest)",
            place: .registry(reference, manifest.content))
    }

    /// The archive of a manifest; its digest is checked by the caller.
    mutating func content(_ content: ChartManifest.Descriptor, _ limits: PullLimits)
        async throws(ChartRepositoryError) -> [UInt8]
    {
        try await blob(content, limit: limits.archive)
    }

    private mutating func manifest(_ wanted: String, _ limits: PullLimits, _ cache: ChartCache)
        async throws(ChartRepositoryError) -> (bytes: [UInt8], digest: Digest, place: String)
    {
        if let digest = reference.digest {
            let url = try url("manifests/sha256:\(digest)")
            if let bytes = cache.bytes(digest) { return (bytes, digest, "\(url)") }
            let bytes = try await fetchManifest(url, wanted, limits).body
            try check(bytes, digest, "\(url)")
            try cache.keep(bytes, digest)
            return (bytes, digest, "\(url)")
        }
        let version = isVersion(wanted) ? wanted : try await bestTag(wanted, limits)
        let url = try url("manifests/" + version.replacing("+", with: "_"))
        let answer = try await fetchManifest(url, version, limits)
        let digest = Digest(of: answer.body)
        // Source: distribution-spec, "Pulling manifests": the header must be that of the body.
        if let told = answer.headers.first(name: "docker-content-digest") {
            guard let told = ociDigest(told) else {
                throw .malformed("\(url)", "its digest is of an algorithm that is not known")
            }
            try check(answer.body, told, "\(url)")
        }
        try cache.keep(answer.body, digest)
        return (answer.body, digest, "\(url)")
    }

    private mutating func fetchManifest(_ url: ChartURL, _ version: String, _ limits: PullLimits)
        async throws(ChartRepositoryError) -> Answer
    {
        let answer = try await get(url, accept: ChartManifest.mediaType, limit: limits.document)
        if answer.status == 404 {
            throw .noVersion(
                chart: reference.name, version: version,
                repository: "oci://\(reference.host)/\(reference.path)")
        }
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        return answer
    }

    private mutating func config(
        _ descriptor: ChartManifest.Descriptor, _ limits: PullLimits, _ cache: ChartCache
    ) async throws(ChartRepositoryError) -> ChartConfig {
        let place = "oci://\(reference.host)/\(reference.path)@sha256:\(descriptor.digest)"
        if let bytes = cache.bytes(descriptor.digest) {
            return try ChartConfig(bytes, from: place)
        }
        let bytes = try await blob(descriptor, limit: limits.document)
        try check(bytes, descriptor.digest, place)
        try cache.keep(bytes, descriptor.digest)
        return try ChartConfig(bytes, from: place)
    }

    private mutating func blob(_ descriptor: ChartManifest.Descriptor, limit: Int)
        async throws(ChartRepositoryError) -> [UInt8]
    {
        let url = try url("blobs/sha256:\(descriptor.digest)")
        // What is longer than the manifest tells cannot be right; reading on would be of no use.
        return try await fetch(url, limit: min(limit, descriptor.size)).body
    }

    /// The tag that a range means, as a version.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/registry/client.go (Tags, ValidateReference)
    private mutating func bestTag(_ wanted: String, _ limits: PullLimits)
        async throws(ChartRepositoryError) -> String
    {
        let versions = try await tags(limits).map { $0.replacing("_", with: "+") }
            .filter(isStrictVersion)
        guard let version = try chosenVersion(among: versions, wanted: wanted) else {
            throw .noVersion(
                chart: reference.name, version: printable(wanted),
                repository: "oci://\(reference.host)/\(reference.path)")
        }
        return version
    }

    private mutating func tags(_ limits: PullLimits) async throws(ChartRepositoryError) -> [String]
    {
        var tags: [String] = []
        var page: ChartURL? = try url("tags/list")
        var seen: Set<ChartURL> = []
        var size = 0
        while let url = page {
            guard seen.insert(url).inserted, seen.count <= limits.pages, size <= limits.index else {
                throw .malformed("\(url)", "its list of tags does not end")
            }
            let answer = try await get(url, accept: "application/json", limit: limits.document)
            if answer.status == 404 {
                throw .noChart(
                    chart: reference.name, repository: "oci://\(reference.host)/\(reference.path)")
            }
            guard (200..<300).contains(answer.status) else { throw refusal(answer) }
            guard let fields = (try? parseJSON(answer.body))?.objectValue else {
                throw .malformed("\(url)", "the list of tags is no JSON")
            }
            size += answer.body.count
            tags += (fields["tags"]?.arrayValue ?? []).compactMap(\.stringValue)
            page = try nextLink(answer.headers["link"]).map { link throws(ChartRepositoryError) in
                let next = try answer.url.resolving(link)
                guard next.origin == answer.url.origin else {
                    throw .unsafe("\(next)", "the list of tags goes on at another server")
                }
                return next
            }
        }
        return tags
    }

    private func check(_ bytes: [UInt8], _ expected: Digest, _ place: String)
        throws(ChartRepositoryError)
    {
        let found = Digest(of: bytes)
        guard found == expected else {
            throw .wrongDigest(place, expected: expected, found: found)
        }
    }
}
