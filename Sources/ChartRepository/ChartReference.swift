/// Where a chart is to be had, and which of its versions.
///
/// Versions are read as Helm reads them: an exact one, a range such as `^1.2` or `>=1, <3`, or nothing for the newest
/// that is no prerelease.
public struct ChartReference: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A chart in the index of an HTTP repository.
        case repository(url: ChartURL, chart: String, version: String)
        case registry(OCIReference)
        /// One archive by its address.
        case archive(url: ChartURL)
    }

    let kind: Kind

    init(_ reference: OCIReference) { kind = .registry(reference) }

    /// A chart of a repository, as `helm template CHART --repo URL --version VERSION` and Argo CD's `repoURL`, `chart` and
    /// `targetRevision` name it.
    ///
    /// - Parameter repository: `https://…` or `http://…` for a repository with an index; `oci://HOST/PATH`, or the same
    ///   without a scheme, for a registry, where the chart lies below that path.
    public init(repository: String, chart: String, version: String = "")
        throws(ChartRepositoryError)
    {
        let scheme = repository.prefix { $0 != ":" && $0 != "/" }.lowercased()
        if repository.contains("://"), scheme == "http" || scheme == "https" {
            guard !chart.isEmpty else {
                throw .badReference(shownURL(repository), "a chart of the repository must be named")
            }
            kind = .repository(
                url: try ChartURL(repository), chart: chart, version: trimmed(version))
            return
        }
        let place = repository.hasPrefix("oci://") ? String(repository.dropFirst(6)) : repository
        var path = Substring(place)
        while path.hasSuffix("/") { path.removeLast() }
        kind = .registry(
            try OCIReference(chart.isEmpty ? String(path) : "\(path)/\(chart)", version: version))
    }

    /// A chart in a registry: `oci://HOST[:PORT]/PATH[:TAG][@sha256:…]`.
    ///
    /// - Parameter version: Without a tag: which one of them; a range is looked up among all tags.
    public init(oci reference: String, version: String = "") throws(ChartRepositoryError) {
        guard reference.hasPrefix("oci://") else {
            throw .badReference(shownURL(reference), "it does not begin with oci://")
        }
        kind = .registry(try OCIReference(String(reference.dropFirst(6)), version: version))
    }

    /// An archive (.tgz) by its `http` or `https` address.
    public init(archive url: String) throws(ChartRepositoryError) {
        kind = .archive(url: try ChartURL(url))
    }
}

extension ChartReference {
    /// The name of the chart, as far as the reference tells it: of an archive that of the file.
    var name: String {
        switch kind {
        case .repository(_, let chart, _): chart
        case .registry(let place): place.name
        case .archive(let url): url.fileName
        }
    }

    /// The version, where the reference names exactly one.
    var version: String? {
        switch kind {
        case .repository(_, _, let version): isVersion(version) ? version : nil
        case .registry(let place):
            [place.version, place.tag].first { !$0.isEmpty && isVersion($0) }
        case .archive: nil
        }
    }
}

extension ChartReference: CustomStringConvertible {
    /// What people are shown: without a query, which may hold a secret.
    public var description: String {
        switch kind {
        case .repository(let url, let chart, let version):
            chart + (version.isEmpty ? "" : " \(version)") + " of \(url)"
        case .registry(let reference): reference.description
        case .archive(let url): url.description
        }
    }
}
