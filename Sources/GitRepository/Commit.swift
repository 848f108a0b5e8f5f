public import Model

/// A commit as it is recorded: who, when, why, and which paths it changed.
///
/// Texts that are not UTF-8 are read as Latin-1 when the commit says so, otherwise repaired.
public struct Commit: Equatable, Sendable {
    public var id: CommitID
    /// The id of the root tree, 40 hexadecimal digits.
    public var tree: String
    public var parents: [CommitID]
    /// What the author line claims; nobody has checked it.
    public var author: Identity
    public var committer: Identity
    public var message: String
    public var trailers: [Trailer]
    /// Paths that differ from the first parent (all paths, for a root commit), ascending.
    public var changedPaths: [String]
    /// Whether there were more changed paths than the limit.
    public var changedPathsTruncated: Bool
    public var signature: Signature?

    /// The first paragraph of the message, on one line.
    public var subject: String {
        var words: [Substring] = []
        for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = trimmed(line)
            if text.isEmpty {
                if words.isEmpty { continue }
                break
            }
            words.append(text)
        }
        return words.joined(separator: " ")
    }

    public var authorName: String { author.name }
    public var authorEmail: String { author.email }
    public var authoredAt: Timestamp { author.time }
    public var committerName: String { committer.name }
    public var committerEmail: String { committer.email }
    public var committedAt: Timestamp { committer.time }

    /// A name, an address and a moment, as a commit states them.
    public struct Identity: Equatable, Sendable {
        public var name: String
        public var email: String
        public var time: Timestamp
        /// Minutes east of UTC, as written.
        public var offsetMinutes: Int

        public init(name: String, email: String, time: Timestamp, offsetMinutes: Int = 0) {
            self.name = name
            self.email = email
            self.time = time
            self.offsetMinutes = offsetMinutes
        }
    }

    /// One `Key: value` line of the last paragraph.
    public struct Trailer: Equatable, Sendable {
        public var key: String
        public var value: String
    }

    /// The signature and the bytes that it signs, for a verifier outside libgit2.
    public struct Signature: Equatable, Sendable {
        /// The armoured text: OpenPGP, SSH or X.509.
        public var text: String
        public var signedPayload: [UInt8]
    }
}

private func trimmed(_ line: Substring) -> Substring {
    var line = line
    while let first = line.first, first.isWhitespace { line.removeFirst() }
    while let last = line.last, last.isWhitespace { line.removeLast() }
    return line
}
