internal import Digests
public import EventLog
internal import Model
internal import Planning
internal import Projections

/// A document that somebody puts beside a sync or a commit.
public struct Attestation: Equatable, Sendable {
    /// `sync-42`, or the id of a commit or its first digits.
    public var subject: String
    public var kind: EvidenceAttested.Kind
    /// The file name of the document, without folders.
    public var name: String
    public var document: [UInt8]
    /// An armoured SSH signature over the document.
    public var signature: String?

    public init(
        subject: String, kind: EvidenceAttested.Kind, name: String, document: [UInt8],
        signature: String? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.name = name
        self.document = document
        self.signature = signature
    }

    /// The longest document, in bytes: evidence is kept in the ledger itself.
    public static let documentLimit = 1 << 20
}

extension Engine {
    /// Puts a document on record.
    ///
    /// The actor is whoever hands it in; a signature says who vouches for the document.
    ///
    /// - Returns: What it is evidence for: a sync, or the full id of a commit.
    public func attest(_ attestation: Attestation, actor: Actor, id: EventID) async throws -> String
    {
        if case .evidenceAttested(let known)? = try await parts.store.event(id: id)?.event {
            return known.subject
        }
        let document = attestation.document
        guard document.count <= Attestation.documentLimit else {
            throw ApprovalError.documentTooLong(
                bytes: document.count, limit: Attestation.documentLimit)
        }
        let (subject, subjects) = try await subject(attestation.subject)
        var evidence: SignatureEvidence?
        if let signature = attestation.signature {
            evidence = try await parts.signatures.check(
                signature, of: document, namespace: evidenceSignatureNamespace)
        }
        let attested = EvidenceAttested {
            $0.document = Digest(of: document)
            $0.kind = attestation.kind
            $0.name = attestation.name
            $0.signature = evidence
            $0.size = Int64(document.count)
            $0.subject = subject
        }
        var event = recorder.event(
            .evidenceAttested(attested),
            stream: subjects.application.map { LedgerState.Stream.application($0) }
                ?? LedgerState.Stream.repository(subjects.repository ?? ""),
            subjects: subjects, actor: actor, id: id)
        if subjects.application != nil { event.correlation = subject }
        try await recorder.record([event], blobs: [Blob(document)])
        return subject
    }

    /// The full name of what evidence is for, and where it belongs.
    private func subject(_ text: String) async throws -> (String, Subjects) {
        let (sync, commits) = try await parts.store.state { state in
            (
                state.syncs[text],
                text.count < 4 ? [:] : state.commits.all.filter { $0.key.hasPrefix(text) }
            )
        }
        if let sync {
            return (
                text,
                Subjects(
                    application: sync.application, commit: sync.commit,
                    environment: sync.environment)
            )
        }
        guard let (commit, row) = commits.first else {
            throw ApprovalError.unknownSubject(text)
        }
        guard commits.count == 1 else {
            throw ApprovalError.ambiguousSubject(text, count: commits.count)
        }
        return (commit, Subjects(commit: commit, repository: row.repository))
    }
}
