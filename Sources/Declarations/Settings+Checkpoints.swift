internal import Model

extension Settings {
    /// When a running Tidemark signs a checkpoint: whichever comes first, and only when something happened.
    public struct Checkpoints: Hashable, Sendable {
        public var every: Duration
        public var events: Int

        public init(every: Duration, events: Int) {
            self.every = every
            self.events = events
        }

        /// An hour, 1000 events.
        public static let standard = Checkpoints(every: .seconds(3600), events: 1000)
    }

    /// A witness that is asked to cosign each checkpoint.
    public struct Witness: Hashable, Sendable {
        /// Where it answers, without `/add-checkpoint` and without a final `/`.
        public var url: String
        /// Its verifier key, as text.
        public var key: String

        public init(url: String, key: String) {
            self.url = url
            self.key = key
        }
    }

    /// A branch to which each checkpoint is pushed as a file.
    public struct Anchor: Hashable, Sendable {
        /// Name or URL of one of `repositories`.
        public var repository: String
        public var branch: String

        public init(repository: String, branch: String = Anchor.standardBranch) {
            self.repository = repository
            self.branch = branch
        }

        public static let standardBranch = "tidemark-checkpoints"
    }
}

extension Settings.Checkpoints {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self = .standard
        guard reading.node(path) != nil, reading.hasObject(path, known: SettingsFields.checkpoints)
        else { return }
        every = reading.duration(path.appending("every")) ?? every
        events = reading.integer(path.appending("events"), in: 1...1_000_000_000) ?? events
    }
}

extension Settings.Witness {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.hasObject(path, known: SettingsFields.witness) else { return nil }
        let url = reading.requiredString(path.appending("url"))
        let key = reading.requiredString(path.appending("key"))
        guard let url, let key else { return nil }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            reading.refuse(path.appending("url"), "\"\(url)\" does not begin with http(s)://")
            return nil
        }
        self.init(url: Settings.withoutTrailingSlash(url), key: key)
    }
}

extension Settings.Anchor {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil, reading.hasObject(path, known: SettingsFields.anchor)
        else { return nil }
        let repository = reading.requiredString(path.appending("repository"))
        let branch =
            reading.node(path.appending("branch")) == nil
            ? Self.standardBranch : reading.requiredString(path.appending("branch"))
        guard let repository, let branch else { return nil }
        self.init(repository: repository, branch: branch)
    }
}
