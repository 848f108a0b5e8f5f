public import Digests

/// One version of a chart, found and not yet pulled.
public struct ResolvedChart: Hashable, Sendable {
    public var reference: ChartReference
    /// The chart's name, as the index or the registry has it; of a bare address the name of the file.
    public var name: String
    /// The exact version, as `Chart.yaml` writes it; `nil` for a bare address, whose archive alone knows.
    public var version: String?
    /// The SHA-256 of the archive; `nil` when the repository does not tell it before it is pulled.
    public var digest: Digest?
    /// The SHA-256 of the registry's manifest, the digest by which a registry is asked for exactly this; `nil` elsewhere.
    public var manifestDigest: Digest?
    /// Where the archive lies: an address without user and query.
    public var location: String

    /// Where to ask for the archive.
    var place: Place

    enum Place: Hashable, Sendable {
        /// The query of the address may hold a secret.
        case address(ChartURL)
        case registry(OCIReference, ChartManifest.Descriptor)
    }
}

/// An archive (.tgz) whose digest was checked.
public struct PulledChart: Hashable, Sendable {
    public var name: String
    public var version: String?
    /// The SHA-256 of `bytes`.
    public var digest: Digest
    public var manifestDigest: Digest?
    /// Where the archive lies: an address without user and query.
    public var location: String
    /// The archive, as `unpackedChart` of `Rendering` reads it.
    public var bytes: [UInt8]
    /// Whether the archive was there already.
    public var wasCached: Bool
}
