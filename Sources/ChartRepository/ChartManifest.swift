internal import Digests
internal import Model
internal import YAML

/// The manifest of a chart in a registry.
///
/// Source: https://helm.sh/docs/topics/registries/ and https://github.com/helm/helm/blob/v4.1.0/pkg/registry/constants.go
struct ChartManifest: Hashable, Sendable {
    static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    private static let configType = "application/vnd.cncf.helm.config.v1+json"
    private static let contentType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
    /// Of charts that were pushed before Helm 3.7.
    private static let oldContentType = "application/tar+gzip"

    struct Descriptor: Hashable, Sendable {
        var digest: Digest
        /// In bytes.
        var size: Int
    }

    /// `Chart.yaml` as JSON.
    var config: Descriptor
    /// The archive.
    var content: Descriptor

    /// - Parameter place: The manifest as people are shown it.
    init(_ bytes: [UInt8], from place: String) throws(ChartRepositoryError) {
        guard let root = try? parseJSON(bytes), root.objectValue != nil else {
            throw .malformed(place, "the manifest is no JSON")
        }
        if root["manifests"] != nil {
            throw .malformed(place, "it is an index of several manifests, and no chart")
        }
        guard let config = root["config"], config["mediaType"]?.stringValue == Self.configType
        else {
            let found = root["config"]?["mediaType"]?.stringValue ?? "none"
            throw .malformed(
                place,
                "could not load config with mediatype \(Self.configType): found \(printable(found))"
            )
        }
        let layers = root["layers"]?.arrayValue ?? []
        let types = [Self.contentType, Self.oldContentType]
        guard
            let layer = types.lazy.compactMap({ type in
                layers.first { $0["mediaType"]?.stringValue == type }
            }).first
        else {
            throw .malformed(
                place, "manifest does not contain a layer with mediatype \(Self.contentType)")
        }
        self.config = try Self.descriptor(config, place)
        content = try Self.descriptor(layer, place)
    }

    private static func descriptor(_ node: Node, _ place: String) throws(ChartRepositoryError)
        -> Descriptor
    {
        let text = node["digest"]?.stringValue ?? ""
        guard let digest = ociDigest(text) else {
            throw .malformed(place, "\(printable(text)) is no digest of the form sha256:…")
        }
        guard case .int(let size)? = node["size"], size >= 0 else {
            throw .malformed(place, "it does not tell the size of \(text)")
        }
        return Descriptor(digest: digest, size: Int(size))
    }
}

/// Name and version of a chart, from the config of its manifest.
struct ChartConfig: Hashable, Sendable {
    var name: String
    var version: String

    init(_ bytes: [UInt8], from place: String) throws(ChartRepositoryError) {
        let root = try? parseJSON(bytes)
        guard let name = root?["name"]?.stringValue, let version = root?["version"]?.stringValue,
            !name.isEmpty, !version.isEmpty
        else { throw .malformed(place, "the config names no chart and version") }
        self.name = name
        self.version = version
    }
}
