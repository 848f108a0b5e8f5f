internal import Digests
internal import Model
internal import YAML

/// One version of a chart, as an index has it.
struct IndexEntry: Hashable, Sendable {
    var version: String
    /// Of the archive; absent in old indexes.
    var digest: Digest?
    /// Relative ones are seen from the repository.
    var url: String
}

/// The versions of one chart in an `index.yaml`, and what Helm makes of it.
///
/// Source: https://helm.sh/docs/topics/chart_repository/#the-index-file
struct RepositoryIndex: Sendable {
    private let root: Node
    private let place: String

    /// - Parameter place: The index as people are shown it.
    init(_ bytes: [UInt8], from place: String) throws(ChartRepositoryError) {
        self.place = place
        do throws(Problems) {
            root = try parseYAML(bytes, file: "index.yaml", dialect: .goYAML).first?.root ?? .null
        } catch {
            throw .malformed(place, printable(error.all.first?.summary ?? "it is no YAML"))
        }
        guard root != .null else { throw .malformed(place, "empty index.yaml file") }
        guard root["apiVersion"]?.stringValue?.isEmpty == false else {
            throw .malformed(place, "no API version specified")
        }
    }

    /// The version that is meant.
    ///
    /// - Parameter repository: As people are shown it.
    func entry(_ chart: String, _ wanted: String, in repository: String)
        throws(ChartRepositoryError) -> IndexEntry
    {
        guard let found = root["entries"]?[chart] else {
            throw .noChart(chart: printable(chart), repository: repository)
        }
        guard let versions = found.arrayValue else {
            throw .malformed(place, "entries of \(printable(chart)) are no list")
        }
        var byVersion: [String: Node] = [:]
        var order: [String] = []
        for node in versions {
            // An entry that Helm would not load is passed over.
            guard let version = node["version"]?.stringValue, isVersion(version),
                node["name"]?.stringValue == chart, byVersion[version] == nil
            else { continue }
            byVersion[version] = node
            order.append(version)
        }
        guard let version = try chosenVersion(among: order, wanted: wanted),
            let node = byVersion[version]
        else {
            throw .noVersion(chart: chart, version: printable(wanted), repository: repository)
        }
        return try entry(version, node, chart)
    }

    private func entry(_ version: String, _ node: Node, _ chart: String)
        throws(ChartRepositoryError) -> IndexEntry
    {
        guard let url = node["urls"]?.arrayValue?.first?.stringValue, !url.isEmpty else {
            throw .malformed(
                place, "chart \"\(chart)\" version \"\(version)\" has no downloadable URLs")
        }
        var digest: Digest?
        if let text = node["digest"]?.stringValue, !text.isEmpty {
            digest = ociDigest(text) ?? Digest(hex: text)
            guard digest != nil else {
                throw .malformed(
                    place, "the digest of \(chart) \(version) is no SHA-256: \(printable(text))")
            }
        }
        return IndexEntry(version: version, digest: digest, url: url)
    }
}
