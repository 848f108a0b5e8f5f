internal import Declarations
internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

/// The files of checkpoints: key and last published note stand together, apart from the ledger, so that who
/// brings back an old ledger does not bring back an old checkpoint with it.
extension Workspace {
    var signingKeyPath: String { keysFolder + "/checkpoint.key" }
    var publishedPath: String { keysFolder + "/checkpoint" }

    func readSigningKey() throws -> NoteSigner { try readSigningKey(signingKeyPath) }

    func readSigningKey(_ signingKeyPath: String) throws -> NoteSigner {
        guard Files.exists(signingKeyPath) else {
            throw CommandError(
                "there is no key at \(signingKeyPath)",
                because: "checkpoints are signed with it",
                try: "restore the file from its backup; tidemark init makes a new one")
        }
        let text = String(decoding: try Files.read(signingKeyPath), as: UTF8.self)
        do throws(ProofError) {
            let signer = try NoteSigner(
                parsingPrivate: text.hasSuffix("\n") ? String(text.dropLast()) : text)
            guard signer.type == .note else { throw .unsupportedKeyType(signer.type.rawValue) }
            return signer
        } catch {
            throw CommandError(
                "the key at \(signingKeyPath) cannot be used",
                because: error.cause ?? error.summary, try: "restore it from its backup")
        }
    }

    /// The last checkpoint that was handed out; `nil` before the first.
    func readPublished() throws -> SignedCheckpoint? {
        guard Files.exists(publishedPath) else { return nil }
        return try readCheckpoint(publishedPath)
    }

    func readCheckpoint(_ path: String) throws -> SignedCheckpoint {
        let bytes = try Files.read(path)
        do throws(ProofError) {
            return try SignedCheckpoint(parsing: bytes)
        } catch {
            throw CommandError(
                "\(path) holds no checkpoint", because: error.cause ?? error.summary,
                try: "restore it from its backup; tidemark recover makes do without it")
        }
    }

    /// Keeps a checkpoint as the last one, unless a larger one of the same log is there.
    func publish(_ checkpoint: SignedCheckpoint) throws {
        if let known = try readPublished(),
            known.checkpoint.origin == checkpoint.checkpoint.origin,
            known.checkpoint.size > checkpoint.checkpoint.size
        {
            return
        }
        try Files.replace(publishedPath, checkpoint.bytes, mode: 0o644)
    }

    /// Gives the file of the last published checkpoint, which is damaged, another name.
    ///
    /// - Returns: That name.
    func setPublishedAside(_ size: Int64) throws -> String {
        var name = "\(publishedPath).damaged-\(size)"
        var number = 2
        while Files.exists(name) {
            name = "\(publishedPath).damaged-\(size)-\(number)"
            number += 1
        }
        try Files.rename(publishedPath, to: name)
        return name
    }

    /// The witnesses of `tidemark.yaml` with their keys.
    func witnesses() throws -> [(url: String, key: NoteVerifier)] {
        try settings.witnesses.map { witness in
            do throws(ProofError) {
                let key = try NoteVerifier(parsing: witness.key)
                guard key.type == .cosignature else {
                    throw .malformed(.key, reason: "it is the key of a log, not of a witness")
                }
                return (witness.url, key)
            } catch {
                throw CommandError(
                    "the key of the witness at \(witness.url) cannot be used",
                    because: error.cause ?? error.summary,
                    try: "correct it under witnesses in \(file)")
            }
        }
    }

    /// Opens the ledger as its writer.
    ///
    /// - Parameter archives: Files that payloads of it were moved into.
    /// - Throws: `Discontinuity` when it does not go on from the last published checkpoint.
    func openForWriting(archives: [String] = [], mending: Mending = .missingNodes) async throws
        -> SQLiteLedger
    {
        if let begun = try Recovery.begun(self) { throw begun.interruption }
        let ledger = try SQLiteLedger.openForWriting(
            path: ledgerPath, archives: archives, mending: mending)
        if let published = try readPublished() {
            try await ledger.verifyContinuation(of: published, from: publishedPath)
        }
        return ledger
    }
}

extension LedgerReading {
    /// Every key that the ledger has named for its checkpoints, the newest first.
    func signingKeys() async throws -> [NoteVerifier] {
        let events = try await events(
            matching: EventFilter { $0.types = ["ledger.opened", "signing.key.changed"] },
            newestFirst: true, limit: 1000)
        return events.compactMap { recorded in
            switch recorded.event {
            case .ledgerOpened(let opened): try? NoteVerifier(parsing: opened.signingKey)
            case .signingKeyChanged(let changed): try? NoteVerifier(parsing: changed.to)
            default: nil
            }
        }
    }
}

extension SQLiteLedger {
    /// Holds when this ledger goes on from a checkpoint.
    func verifyContinuation(of checkpoint: SignedCheckpoint, from source: String) async throws {
        let keys = try await signingKeys()
        let size = checkpoint.checkpoint.size
        let (head, root) = try await (head(), root(of: size))
        try checkpoint.verifyContinuation(
            from: source, origin: keys.first?.name.text ?? "", keys: keys, size: head,
            root: size <= head ? root : nil)
    }
}
