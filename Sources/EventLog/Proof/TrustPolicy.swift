/// What somebody trusts: logs, witnesses, and how many of those must have cosigned.
///
/// Names of witnesses and groups mean something within the policy only, and are compared as bytes.
///
/// Source: https://c2sp.org/tlog-policy
public struct TrustPolicy: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public let verifier: NoteVerifier
        public let url: String?
    }

    struct Witness: Hashable {
        var name: [UInt8]
        var member: Member
    }

    /// Counts as one witness when `threshold` of its members do.
    struct Group: Hashable {
        var name: [UInt8]
        var threshold: Int
        var members: [[UInt8]]
    }

    public internal(set) var logs: [Member] = []
    /// In the order of the file.
    var witnesses: [Witness] = []
    /// Members stand before the group that names them.
    var groups: [Group] = []
    /// `nil` for `quorum none`.
    var quorum: [UInt8]?

    /// Trusts a log as it is, without witnesses.
    public init(log: NoteVerifier) { logs = [Member(verifier: log, url: nil)] }

    init() {}

    /// Says whether a checkpoint is one to rely on.
    @discardableResult
    public func check(_ checkpoint: SignedCheckpoint) throws(ProofError) -> PolicyVerdict {
        let log = try checkpoint.verify(by: logs.map(\.verifier))
        var times: [[UInt8]: Int64] = [:]
        let verifiers = witnesses.map(\.member.verifier)
        let known = checkpoint.note.signatures.contains { signature in
            verifiers.contains { $0.name == signature.name && $0.id == signature.keyID }
        }
        if known {
            for signature in try checkpoint.note.verified(by: verifiers) {
                for witness in witnesses where witness.member.verifier == signature.verifier {
                    times[witness.name] = max(
                        times[witness.name] ?? 0, signature.seconds ?? 0)
                }
            }
        }
        var reached = Set(times.keys)
        for group in groups where group.members.count(where: reached.contains) >= group.threshold {
            reached.insert(group.name)
        }
        let cosigned = witnesses.filter { times[$0.name] != nil }.map { text($0.name) }
        if let quorum, !reached.contains(quorum) {
            throw .noQuorum(quorum: text(quorum), witnesses: cosigned)
        }
        return PolicyVerdict(
            checkpoint: checkpoint.checkpoint, log: log, witnesses: cosigned,
            witnessedSince: times.values.min())
    }

    private func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
}

/// Why a checkpoint may be relied on.
public struct PolicyVerdict: Hashable, Sendable {
    public var checkpoint: Checkpoint
    public var log: NoteVerifier
    /// The witnesses of the policy that have cosigned, by the policy's names.
    public var witnesses: [String]
    /// The earliest time that one of them states, in seconds since 1970.
    public var witnessedSince: Int64?
}
