extension Settings {
    /// A repository, how to log in to it, and how often to look.
    public struct Repository: Hashable, Sendable {
        /// What it holds; as `type` of Argo CD's secrets of repositories.
        ///
        /// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case git
            /// Charts, with an index over HTTP.
            case helm
            /// Charts in a registry.
            case oci
        }

        public var kind = Kind.git
        /// For people and for `applications`; the URL where the file gives none.
        public var name: String
        public var url: String
        public var credentials: Credentials
        /// The pause between two looks at its refs.
        public var poll: Duration
        /// How long one fetch or push may take.
        public var deadline: Duration
        public var signatures: Signatures
        /// PEM file of the authorities to trust in place of the system's; of charts only.
        public var caFile: String?

        public init(
            name: String, url: String, credentials: Credentials = .none,
            poll: Duration = Repository.standardPoll,
            deadline: Duration = Repository.standardDeadline, signatures: Signatures = .none
        ) {
            self.name = name
            self.url = url
            self.credentials = credentials
            self.poll = poll
            self.deadline = deadline
            self.signatures = signatures
        }

        public static let standardPoll = Duration.seconds(120)
        public static let standardDeadline = Duration.seconds(60)

        public enum Credentials: Hashable, Sendable {
            case none
            case basic(username: String, password: SecretSource)
            case token(SecretSource)
            /// `keyFile` is an Ed25519 or ECDSA private key; `username` is `git` unless set.
            case ssh(username: String, keyFile: String, passphrase: SecretSource?)
        }
    }

    /// Where the value of a secret is read at the moment of its use.
    public enum SecretSource: Hashable, Sendable {
        case file(String)
        case environment(String)
    }

    /// The repository with this name, or else with this URL.
    public func repository(named text: String) -> Repository? {
        repositories.first { $0.name == text } ?? repository(url: text)
    }

    /// The Git repository that a URL means; `nil` when there is none.
    ///
    /// URLs are compared as Argo CD does: without regard to case, a final `.git` and final slashes.
    /// Source: https://github.com/argoproj/argo-cd/blob/master/util/git/git.go (NormalizeGitURL)
    public func repository(url: String) -> Repository? {
        let wanted = Self.normalized(url)
        return repositories.first { $0.kind == .git && Self.normalized($0.url) == wanted }
    }

    /// The repository that a source is in; `nil` when there is none.
    ///
    /// In a registry the one with the longest path that the chart's is below.
    public func repository(of source: Application.Source) -> Repository? {
        guard let chart = source.chart else { return repository(url: source.repoURL) }
        let wanted = Self.withoutScheme(source.repoURL)
        let indexed = repositories.first {
            $0.kind == .helm
                && Self.withoutTrailingSlash($0.url) == Self.withoutTrailingSlash(source.repoURL)
        }
        if let indexed { return indexed }
        let whole = wanted + "/" + chart
        return repositories.filter { repository in
            let url = Self.withoutScheme(repository.url)
            return repository.kind == .oci && whole.hasPrefix(url + "/")
        }.max {
            Self.withoutScheme($0.url).count < Self.withoutScheme($1.url).count
        }
    }

    private static func withoutScheme(_ url: String) -> String {
        let text = withoutTrailingSlash(url)
        return text.hasPrefix("oci://") ? String(text.dropFirst("oci://".count)) : text
    }

    static func normalized(_ url: String) -> String {
        var text = withoutTrailingSlash(url.lowercased())
        if text.hasSuffix(".git") { text.removeLast(4) }
        return text
    }
}
