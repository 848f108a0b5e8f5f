public import Model

/// Why the ledger could not be opened, read or appended to; nothing was written.
public enum LedgerError: Error, Equatable, Sendable {
    /// Another process is the writer.
    case locked(path: String, pid: Int32?)
    case exists(path: String)
    /// Something is there that is neither replaced nor written into, such as a device.
    case notAFile(path: String, kind: String)
    /// A file that an archiving left behind holds a copy of payloads, and cannot be removed.
    case leftover(path: String, note: String, reason: String)
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
    /// A value of the event has no stored form.
    case notStorable(type: String, reason: String)
    /// The bytes of a blob are not those its digest names.
    case blobMismatch(digest: String)
    /// The disk is full; outcomes are still recorded, from the reserve.
    case full
    /// A file could not be written, because its disk is full; the ledger is as it was.
    case noSpace(path: String, reason: String?)
    /// The operating system failed to read or write; whether the events were recorded is not known, and
    /// repeating the same batch is safe.
    case io(String)
    /// The file does not hold what it must.
    case corrupt(position: Int64?, reason: String)
    /// The tree over the events, which is derived, would grow from a node that is not what they give.
    case wrongTree(reason: String)
    /// The payload of an event may not go, or has gone.
    case notRedactable(position: Int64, reason: String)
    /// Nothing can be moved into an archive now.
    case notArchivable(reason: String)
    /// The question needs payloads that were moved into an archive, which is not at hand.
    case archived(through: Int64)
    /// Tables of this release's version are to be folded, and those that an archive left are of another.
    case outdatedBase(OutdatedBase)
    /// Everything is to be folded from the first event, and these archives of the ledger were not named.
    case missingArchives([RecordedArchive])
    /// No `ledger.archived` of the ledger names the file; digests are SHA-256 in hexadecimal.
    case wrongArchive(path: String, digest: String, recorded: [String])
    /// A folder of archives has none that the ledger records.
    case noArchives(folder: String, recorded: [RecordedArchive])
    /// The file was written to be an archive of this ledger, and nothing was moved into it.
    case unrecordedArchive(path: String)
    /// A file that is an archive of this ledger does not hold what it must.
    case damagedArchive(path: String, reason: String)
    /// Payloads were removed each time that the ledger was read through.
    case overtaken
    /// An event this release cannot read.
    case unreadable(position: Int64, CodecError)
}

extension LedgerError: Diagnostic {
    public var summary: String {
        switch self {
        case .locked(let path, let pid):
            "another process\(pid.map { " (pid \($0))" } ?? "") is writing to \(path)"
        case .exists(let path): "\(path) exists already"
        case .notAFile(let path, let kind): "\(path) is \(kind), not a file"
        case .leftover(let path, _, _):
            "\(path), which an archiving left behind, cannot be removed"
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
        case .noSpace(let path, _): "there is no room for \(path): its disk is full"
        case .io: "the ledger could not be read or written"
        case .corrupt(let position, _):
            "the ledger is not intact\(position.map { " at event \($0)" } ?? "")"
        case .wrongTree: "the tree over the events is not what they give"
        case .notRedactable(let position, _): "event \(position) is not redacted"
        case .notArchivable: "nothing is archived"
        case .archived(let through): "the events up to \(through) are in an archive"
        case .outdatedBase(let base):
            "the ledger is to be folded anew, and the events up to \(base.through) are in archives"
        case .missingArchives(let archives):
            "\(archives.count) of the ledger's archives \(archives.count == 1 ? "is" : "are") missing"
        case .wrongArchive(let path, _, _):
            "\(path) is not an archive of this ledger, or was changed"
        case .noArchives(let folder, _): "there is no archive of this ledger in \(folder)"
        case .unrecordedArchive(let path): "\(path) was never put on record"
        case .damagedArchive(let path, _): "the archive \(path) is not intact"
        case .overtaken: "the ledger was archived or redacted each time that it was read through"
        case .unreadable(let position, let error): "event \(position): \(error.summary)"
        }
    }

    public var cause: String? {
        switch self {
        case .notALedger(_, let reason), .idempotencyConflict(_, let reason),
            .notStorable(_, let reason), .io(let reason), .corrupt(_, let reason),
            .notRedactable(_, let reason), .notArchivable(let reason),
            .wrongTree(let reason), .damagedArchive(_, let reason), .leftover(_, _, let reason):
            reason
        case .noSpace(_, let reason): reason
        case .outdatedBase(let base):
            "the newest archive left tables of version \(base.saved), and this release has version \(base.wanted)"
        case .missingArchives(let archives): RecordedArchive.text(archives)
        case .wrongArchive(_, let digest, let recorded):
            recorded.isEmpty
                ? "its digest is \(digest), and the ledger records no archive"
                : "its digest is \(digest); the ledger records \(recorded.joined(separator: ", "))"
        case .noArchives(_, let recorded):
            recorded.isEmpty
                ? "the ledger records none"
                : "the ledger records \(RecordedArchive.text(recorded))"
        case .unrecordedArchive: "archiving ended before it moved anything into the file"
        case .wrongExpectedVersion: "another event was recorded first"
        case .locked, .exists, .notAFile, .inUse, .notFound, .tooNew, .readOnly, .envelopeTooLarge,
            .blobMismatch,
            .full, .unreadable, .archived, .overtaken:
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
        case .wrongTree:
            "tidemark verify says where; tidemark rebuild makes it anew from the events"
        case .unreadable(_, let error): error.hint
        case .noSpace(_, nil): "free some space there"
        case .noSpace: "free some space there, and say it again: nothing was changed"
        case .io: "may this user write to the folder, and is the disk sound?"
        case .archived: "name the archive with --archive FILE, or its folder"
        case .outdatedBase(let base):
            "tidemark rebuild \(RecordedArchive.options(base.archives)), once"
        case .missingArchives(let archives):
            """
            add \(RecordedArchive.options(archives)), or their folder: everything is folded from the \
            first event
            """
        case .noArchives(_, let recorded):
            recorded.isEmpty
                ? "leave --archive out: the ledger has all of its payloads"
                : "name the folder that they are in"
        case .wrongArchive, .damagedArchive:
            "name the file that tidemark archive wrote, or an intact copy of it"
        case .unrecordedArchive:
            "leave it out: the ledger has all that is in it; tidemark archive --out writes it anew"
        case .inUse: "give the copy another name"
        case .overtaken: "say it again when that is done"
        case .exists: "give another name, or move that file away"
        case .notAFile: "give the name of a file that is not there yet"
        case .leftover(_, let note, _):
            "it holds copies of payloads: remove it, or delete \(note) when it is gone"
        case .notALedger, .readOnly, .wrongExpectedVersion, .idempotencyConflict,
            .envelopeTooLarge, .notStorable, .blobMismatch, .notRedactable, .notArchivable:
            nil
        }
    }
}

/// What keeps a release from folding the rows of its version.
public struct OutdatedBase: Equatable, Sendable {
    /// Where the newest archive ends.
    public var through: Int64
    /// The version of the tables that it left.
    public var saved: Int
    /// That of this release.
    public var wanted: Int
    /// All archives of the ledger: a fold from the first event reads them.
    public var archives: [RecordedArchive]

    public init(through: Int64, saved: Int, wanted: Int, archives: [RecordedArchive]) {
        self.through = through
        self.saved = saved
        self.wanted = wanted
        self.archives = archives
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
