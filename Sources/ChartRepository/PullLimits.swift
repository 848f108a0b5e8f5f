/// How much a repository may send, and how long it may take.
public struct PullLimits: Hashable, Sendable {
    /// To accept a connection and finish the TLS handshake.
    public var connect: Duration
    /// Between two pieces of an answer.
    public var silence: Duration
    /// For one whole request, its redirects and its answer.
    public var request: Duration
    /// Of an index, in bytes.
    public var index: Int
    /// Of an archive, in bytes.
    public var archive: Int
    /// Of a manifest, a token or one page of tags, in bytes.
    public var document: Int
    /// Pages of tags.
    public var pages: Int
    /// Redirects of one request.
    public var redirects: Int
    /// Of all that is kept in the folder, in bytes: beyond it goes what was not used for longest.
    public var kept: Int

    public init(
        connect: Duration, silence: Duration, request: Duration, index: Int, archive: Int,
        document: Int, pages: Int, redirects: Int, kept: Int
    ) {
        self.connect = connect
        self.silence = silence
        self.request = request
        self.index = index
        self.archive = archive
        self.document = document
        self.pages = pages
        self.redirects = redirects
        self.kept = kept
    }

    /// A manifest: 4 MiB, as registries must take it at least; redirects: 10, as Go's client.
    ///
    /// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
    public static let standard = PullLimits(
        connect: .seconds(5), silence: .seconds(30), request: .seconds(120), index: 64 << 20,
        archive: 100 << 20, document: 4 << 20, pages: 1000, redirects: 10, kept: 1 << 30)
}
