public import Model

/// Why the ledger could not be opened, read or appended to; nothing was written.
public enum LedgerError: Error, Equatable, Sendable {
    /// Another process is the writer.
    case locked(path: String, pid: Int32?)
    case exists(path: String)
    /// The file is a ledger that has a write-ahead log beside it, or the very ledger that is copied.
    case inUse(path: String)
    case notFound(path: String)
    case notALedger(path: String, reason: String)
    /// A newer release wrote the file.
    case tooNew(path: String, format: Int)
    /// This process opened the ledger for reading only.
    case readOnly
    /// Somebody else appended to the stream first: read again and decide anew.
    case wrongExpectedVersion(stream: String, expected: ExpectedVersion, actual: Int64)
    /// An event id is on record with another content, or only some ids of the batch are on record.
    case idempotencyConflict(id: EventID, reason: String)
    case envelopeTooLarge(type: String, bytes: Int)
    /// The event does not survive being written and read back.
    case notStorable(type: String, reason: String)
    /// The bytes of a blob are not those its digest names.
    case blobMismatch(digest: String)
    /// The disk is full; outcomes are still recorded, from the reserve.
    case full
    /// The operating system failed to read or write; whether the events were recorded is not known, and
    /// repeating the same batch is safe.
    case io(String)
    /// The file does not hold what it must.
    case corrupt(position: Int64?, reason: String)
    /// The payload of an event may not go, or has gone.
    case notRedactable(position: Int64, reason: String)
    /// Nothing can be moved into an archive now.
    case notArchivable(reason: String)
    /// The question needs payloads that were moved into an archive, which is not at hand.
    case archived(through: Int64)
    /// Tables of this release's version are to be folded, and those that an archive left are of another.
    case outdatedBase(through: Int64, saved: Int, wanted: Int)
    /// No `ledger.archived` of the ledger names the file; digests are SHA-256 in hexadecimal.
    case wrongArchive(path: String, digest: String, recorded: [String])
    /// The file was written to be an archive of this ledger, and nothing was moved into it.
    case unrecordedArchive(path: String)
    /// More archives were named than can be read together.
    case tooManyArchives(count: Int, limit: Int)
    /// An event this release cannot read.
    case unreadable(position: Int64, CodecError)
}

extension LedgerError: Diagnostic {
    public var summary: String {
        switch self {
        case .locked(let path, let pid):
            "another process\(pid.map { " (pid \($0))" } ?? "") is writing to \(path)"
        case .exists(let path): "\(path) exists already"
        case .inUse(let path): "\(path) is a ledger in use"
        case .notFound(let path): "there is no ledger at \(path)"
        case .notALedger(let path, _): "\(path) is not a ledger"
        case .tooNew(let path, let format): "\(path) is written in format \(format)"
        case .readOnly: "the ledger is open for reading only"
        case .wrongExpectedVersion(let stream, let expected, let actual):
            "stream \(stream) is at version \(actual), not \(expected.text)"
        case .idempotencyConflict(let id, _): "event \(id) is on record with another content"
        case .envelopeTooLarge(let type, let bytes):
            "the envelope of \(type) has \(bytes) bytes, more than \(Envelope.maxBytes)"
        case .notStorable(let type, _): "event \(type) cannot be stored"
        case .blobMismatch(let digest): "the bytes of blob \(digest) have another digest"
        case .full: "the disk of the ledger is full"
        case .io: "the ledger could not be read or written"
        case .corrupt(let position, _):
            "the ledger is not intact\(position.map { " at event \($0)" } ?? "")"
        case .notRedactable(let position, _): "event \(position) is not redacted"
        case .notArchivable: "nothing is archived"
        case .archived(let through): "the events up to \(through) are in an archive"
        case .outdatedBase(let through, _, _):
            "the ledger is to be folded anew, and the events up to \(through) are in an archive"
        case .wrongArchive(let path, _, _):
            "\(path) is not an archive of this ledger, or was changed"
        case .unrecordedArchive(let path): "\(path) was never put on record"
        case .tooManyArchives(let count, let limit):
            "\(count) archives were named, and no more than \(limit) can be read together"
        case .unreadable(let position, let error): "event \(position): \(error.summary)"
        }
    }

    public var cause: String? {
        switch self {
        case .notALedger(_, let reason), .idempotencyConflict(_, let reason),
            .notStorable(_, let reason), .io(let reason), .corrupt(_, let reason),
            .notRedactable(_, let reason), .notArchivable(let reason):
            reason
        case .outdatedBase(_, let saved, let wanted):
            "the archive left tables of version \(saved), and this release has version \(wanted)"
        case .wrongArchive(_, let digest, let recorded):
            recorded.isEmpty
                ? "its digest is \(digest), and the ledger records no archive"
                : "its digest is \(digest); the ledger records \(recorded.joined(separator: ", "))"
        case .unrecordedArchive: "archiving ended before it moved anything into the file"
        case .wrongExpectedVersion: "another event was recorded first"
        case .locked, .exists, .inUse, .notFound, .tooNew, .readOnly, .envelopeTooLarge,
            .blobMismatch,
            .full, .unreadable, .archived, .tooManyArchives:
            nil
        }
    }

    public var hint: String? {
        switch self {
        case .locked: "send the request to that process, or wait until it ends"
        case .notFound: "create one with tidemark init"
        case .tooNew: "run the release that wrote it, or a newer one"
        case .full: "free some space; recording goes on by itself"
        case .corrupt: "stop writing, keep the file, and run tidemark verify"
        case .unreadable(_, let error): error.hint
        case .io: "may this user write to the folder, and is the disk sound?"
        case .archived: "name the archive with --archive FILE"
        case .outdatedBase:
            "tidemark rebuild --archive FILE, once, with every archive of the ledger"
        case .wrongArchive: "name the file that tidemark archive wrote, or an intact copy of it"
        case .unrecordedArchive:
            "leave it out: the ledger has all that is in it; tidemark archive --out writes it anew"
        case .tooManyArchives: "name those that the question is about"
        case .inUse: "give the copy another name"
        case .exists: "give another name, or move that file away"
        case .notALedger, .readOnly, .wrongExpectedVersion, .idempotencyConflict,
            .envelopeTooLarge, .notStorable, .blobMismatch, .notRedactable, .notArchivable:
            nil
        }
    }
}

extension ExpectedVersion {
    fileprivate var text: String {
        switch self {
        case .any: "any"
        case .noStream: "empty"
        case .exactly(let version): "\(version)"
        }
    }
}
