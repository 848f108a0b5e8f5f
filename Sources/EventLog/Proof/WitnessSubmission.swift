/// The conversation in which a log has a checkpoint cosigned, from the log's side, as a value.
///
/// A witness tells its latest size only to who guessed wrong, so the first guess may cost a second request. The
/// shell sends what `request` asks for, with the proof from that size, and hands the answer to `handle`.
public struct WitnessSubmission: Sendable {
    public enum Step: Equatable, Sendable {
        /// Ask again, with the proof from this size.
        case send(oldSize: Int64)
        case end(Outcome)
    }

    public enum Outcome: Equatable, Sendable {
        case cosigned(NoteSignature)
        /// The witness has cosigned a larger tree than this one.
        case ahead(size: Int64)
        /// The witness has cosigned a tree that this one does not go on from.
        case inconsistent(size: Int64)
        /// It will not cosign, for a reason that says nothing about the tree.
        case refused(reason: String)
    }

    private let checkpoint: SignedCheckpoint
    private let witness: NoteVerifier
    private var oldSize: Int64
    private var attempts = 0

    /// Another writer of the log may be asking at the same time; beyond that something is wrong.
    private static let maxAttempts = 4

    /// - Parameter known: The size of the checkpoint that the witness cosigned last, as far as is known.
    public init(_ checkpoint: SignedCheckpoint, to witness: NoteVerifier, known: Int64) {
        self.checkpoint = checkpoint
        self.witness = witness
        oldSize = min(max(known, 0), checkpoint.checkpoint.size)
    }

    /// What to send first.
    public var first: Step { .send(oldSize: oldSize) }

    public mutating func handle(_ answer: WitnessAnswer) -> Step {
        attempts += 1
        switch answer.status {
        case 200: return .end(outcome(of: answer))
        case 409:
            guard let latest = answer.latestSize else {
                return .end(.refused(reason: "it answered 409 without a size"))
            }
            if latest > checkpoint.checkpoint.size { return .end(.ahead(size: latest)) }
            // The same size with another root.
            if latest == oldSize { return .end(.inconsistent(size: latest)) }
            guard attempts < Self.maxAttempts else {
                return .end(.refused(reason: "its latest size changed \(attempts) times"))
            }
            oldSize = latest
            return .send(oldSize: latest)
        case 422: return .end(.inconsistent(size: oldSize))
        default:
            let text = answer.body.split(separator: "\n").first.map { ": \($0.prefix(200))" } ?? ""
            return .end(.refused(reason: "it answered \(answer.status)\(text)"))
        }
    }

    /// The cosignature, when it is the witness's and over this checkpoint.
    private func outcome(of answer: WitnessAnswer) -> Outcome {
        do throws(ProofError) {
            for signature in try answer.signatures() {
                let note = try SignedNote(text: checkpoint.note.text, signatures: [signature])
                if (try? note.verified(by: [witness])) != nil { return .cosigned(signature) }
            }
            return .refused(reason: "it answered without a signature by \(witness.name)")
        } catch {
            return .refused(reason: error.cause ?? error.summary)
        }
    }
}
