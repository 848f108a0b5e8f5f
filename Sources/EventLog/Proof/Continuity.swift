public import Digests
public import Model

/// A ledger that does not go on from a checkpoint that was published of it.
///
/// It is an older copy, or another history: recording anything more would make two logs of one name.
public struct Discontinuity: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The checkpoint is of a log of another name.
        case otherLog(origin: String)
        /// There are fewer events than were published.
        case smaller(events: Int64)
        /// The first events are not those that were published.
        case otherEvents(root: Digest)
        /// The ledger has as many events, and no record of a checkpoint that it would have signed.
        case unknownCheckpoint(events: Int64)
        /// The checkpoint's signature is not by a key that the ledger names.
        case notSigned(ProofError)
    }

    /// Where the checkpoint was found: a file, a branch, a witness.
    public var source: String
    public var size: Int64
    public var reason: Reason

    public init(source: String, size: Int64, reason: Reason) {
        self.source = source
        self.size = size
        self.reason = reason
    }
}

extension Discontinuity: Diagnostic {
    public var summary: String {
        "the ledger does not continue the checkpoint of \(size) events that was published"
    }

    public var cause: String? {
        switch reason {
        case .otherLog(let origin): "the one in \(source) is of the log \(origin)"
        case .smaller(let events):
            "\(source) has \(size) events, the ledger has \(events): it is an older copy"
        case .otherEvents(let root):
            "its first \(size) events have the root \(root), which is not that in \(source)"
        case .unknownCheckpoint(let events):
            "\(source) has \(size) events, and the ledger, which has \(events), has no record of signing "
                + "them: it went on from an older copy"
        case .notSigned(let error): "of the one in \(source), \(error.summary)"
        }
    }

    public var hint: String? {
        "restore the newest copy of the ledger; when there is none, begin a new log that names this "
            + "checkpoint: tidemark recover --new-origin NAME"
    }
}

extension SignedCheckpoint {
    /// Holds when a log of this name and these events goes on from the checkpoint.
    ///
    /// - Parameters:
    ///   - source: Where the checkpoint was found.
    ///   - keys: Every key that the log has signed with.
    ///   - size: How many events the log has.
    ///   - root: The root over the checkpoint's size, when that is not more than `size`.
    public func verifyContinuation(
        from source: String, origin: String, keys: [NoteVerifier], size: Int64, root: Digest?
    ) throws(Discontinuity) {
        func failure(_ reason: Discontinuity.Reason) -> Discontinuity {
            Discontinuity(source: source, size: checkpoint.size, reason: reason)
        }
        guard Lines.areSame(checkpoint.origin, origin) else {
            throw failure(.otherLog(origin: checkpoint.origin))
        }
        do throws(ProofError) { try verify(by: keys) } catch { throw failure(.notSigned(error)) }
        guard checkpoint.size <= size, let root else { throw failure(.smaller(events: size)) }
        guard root == checkpoint.root else { throw failure(.otherEvents(root: root)) }
    }
}
