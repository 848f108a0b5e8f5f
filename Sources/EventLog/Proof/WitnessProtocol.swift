public import Digests

/// What a log asks of a witness: to cosign a checkpoint that continues the one it cosigned last.
///
/// Source: https://c2sp.org/tlog-witness#add-checkpoint
public struct AddCheckpoint: Hashable, Sendable {
    /// The size of the witness's latest checkpoint, as the log believes.
    public var oldSize: Int64
    /// From that size to the checkpoint's.
    public var proof: [Digest]
    public var checkpoint: SignedCheckpoint

    /// Where a request goes, under the witness's address.
    public static let path = "/add-checkpoint"

    public init(oldSize: Int64, proof: [Digest], checkpoint: SignedCheckpoint) {
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    public init(parsing body: [UInt8]) throws(ProofError) {
        guard body.count <= SignedNote.maxBytes else {
            throw .malformed(.request, reason: "it has more than \(SignedNote.maxBytes) bytes")
        }
        guard let (lines, rest) = Blank.split(body), let first = lines.first,
            let size = Lines.rest(of: first, after: "old").flatMap(Lines.decimal)
        else { throw .malformed(.request, reason: "it does not begin with the old size") }
        oldSize = size
        proof = try Blank.hashes(lines.dropFirst(), of: .request)
        checkpoint = try SignedCheckpoint(parsing: Array(rest))
    }

    public var body: [UInt8] {
        let lines = ["old \(oldSize)"] + proof.map { Base64.encode($0.bytes) }
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint.bytes
    }
}

/// What a witness answers, over HTTP.
public struct WitnessAnswer: Hashable, Sendable {
    public var status: Int
    public var contentType: String
    public var body: String

    static let sizeType = "text/x.tlog.size"

    public init(
        status: Int, contentType: String = "text/plain; charset=utf-8", body: String
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The signature lines of an answer with status 200.
    ///
    /// - Throws: When one is none. What they sign is not checked here.
    public func signatures() throws(ProofError) -> [NoteSignature] {
        guard let lines = Lines.split(Array(body.utf8)), lines.count <= SignedNote.maxSignatures
        else { throw .malformed(.note, reason: "the witness answered without signature lines") }
        var signatures: [NoteSignature] = []
        for line in lines {
            guard let signature = NoteSignature(line: line) else {
                throw .malformed(.note, reason: "the witness answered a line that is no signature")
            }
            signatures.append(signature)
        }
        return signatures
    }

    /// The size of the witness's latest checkpoint, which comes with status 409.
    public var latestSize: Int64? {
        guard status == 409, contentType.utf8.starts(with: Self.sizeType.utf8) else { return nil }
        return Lines.split(Array(body.utf8)).flatMap { $0.count == 1 ? Lines.decimal($0[0]) : nil }
    }
}

/// A witness: which logs it knows, and the latest checkpoint that it cosigned of each.
///
/// It is a value. Whoever serves it lets a copy answer, makes `latest` of that copy durable, and only then
/// keeps the copy and sends the answer: so no request sees a state that may be lost, and no checkpoint is
/// cosigned twice with different roots.
///
/// Source: https://c2sp.org/tlog-witness#add-checkpoint
public struct Witness: Sendable {
    private let signer: NoteSigner
    private let logs: [NoteVerifier]
    /// By origin.
    public private(set) var latest: [KeyName: SignedCheckpoint]

    /// - Parameters:
    ///   - signer: Its type is `cosignature`.
    ///   - logs: Whom it cosigns for. A log may have several keys of one name, while it changes them.
    ///   - latest: What it cosigned before.
    public init(
        signer: NoteSigner, logs: [NoteVerifier], latest: [KeyName: SignedCheckpoint] = [:]
    ) {
        precondition(signer.type == .cosignature, "a witness has a key for cosignatures")
        self.signer = signer
        self.logs = logs
        self.latest = latest
    }

    /// Decides on a request, in the order of the specification.
    ///
    /// - Parameter seconds: The time since 1970.
    public mutating func answer(_ body: [UInt8], at seconds: Int64) -> WitnessAnswer {
        let request: AddCheckpoint
        do throws(ProofError) {
            request = try AddCheckpoint(parsing: body)
        } catch {
            return refusal(400, error)
        }
        let checkpoint = request.checkpoint.checkpoint
        let keys = logs.filter { Lines.areSame($0.name.text, checkpoint.origin) }
        guard let origin = keys.first?.name else {
            return WitnessAnswer(status: 404, body: "unknown log\n")
        }
        do throws(ProofError) {
            try request.checkpoint.verify(by: keys)
        } catch {
            return refusal(403, error)
        }
        guard request.oldSize <= checkpoint.size else {
            return refusal(400, .shrunken(from: request.oldSize, to: checkpoint.size))
        }
        let known = latest[origin]?.checkpoint
        guard request.oldSize == known?.size ?? 0 else { return conflict(known) }
        do throws(ProofError) {
            if let refusal = try refusal(of: request, known) { return refusal }
        } catch {
            return refusal(422, error)
        }
        latest[origin] = request.checkpoint
        let signature = signer.sign(request.checkpoint.note.text, at: seconds)
        return WitnessAnswer(status: 200, body: signature.line + "\n")
    }

    /// Whether the checkpoint continues the known one.
    private func refusal(
        of request: AddCheckpoint, _ known: Checkpoint?
    ) throws(ProofError) -> WitnessAnswer? {
        let checkpoint = request.checkpoint.checkpoint
        let oldRoot = known?.root ?? TreeHash.empty
        if request.oldSize == checkpoint.size, checkpoint.root != oldRoot { return conflict(known) }
        if request.oldSize == 0 {
            guard request.proof.isEmpty else {
                throw .wrongLength(expected: 0, found: request.proof.count)
            }
        } else {
            try ProofVerification.consistency(
                from: request.oldSize, oldRoot, to: checkpoint.size, checkpoint.root,
                proof: request.proof)
        }
        return nil
    }

    private func conflict(_ known: Checkpoint?) -> WitnessAnswer {
        WitnessAnswer(
            status: 409, contentType: WitnessAnswer.sizeType, body: "\(known?.size ?? 0)\n")
    }

    private func refusal(_ status: Int, _ error: ProofError) -> WitnessAnswer {
        let text = error.cause.map { "\(error.summary): \($0)" } ?? error.summary
        return WitnessAnswer(status: status, body: text + "\n")
    }
}
