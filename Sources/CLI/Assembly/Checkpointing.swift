internal import Declarations
internal import Engine
internal import EventLog
internal import Logging
internal import Model
internal import Projections
internal import SQLiteLedger
internal import Server
internal import Synchronization

/// The writer's side of checkpoints: signs, publishes, has them cosigned and anchored.
struct Checkpointing: Sendable {
    let workspace: Workspace
    let ledger: SQLiteLedger
    let log: Logger

    /// How long all witnesses together may take to say what they have seen, or to cosign; the anchor as long besides.
    let patience: Duration
    private let asked = Asked()

    init(
        workspace: Workspace, ledger: SQLiteLedger, log: Logger, patience: Duration = Self.patience
    ) {
        self.workspace = workspace
        self.ledger = ledger
        self.log = log
        self.patience = patience
    }

    private var recorder: Recorder { Recorder(store: ledger, clock: Assembly.clock) }

    static let patience = Duration.seconds(10)

    /// Signs over everything that is durable, then hands it out.
    ///
    /// - Returns: The checkpoint with the cosignatures that came, and what did not work.
    func checkpoint(actor: Actor, id: EventID) async throws -> (SignedCheckpoint, [String]) {
        let signer = try workspace.readSigningKey()
        // Whoever signs beside what others have seen makes a second history.
        let others: Others
        if let recent = asked.recently() { others = recent } else { others = try await verify() }
        let signed = try await ledger.signCheckpoint(by: signer, actor: actor, id: id)
        // Before anybody else has it: from now on the ledger may not fall behind it.
        try workspace.publish(signed)
        let remarks = try await handOut(signed, others)
        let cosigned =
            try await ledger.checkpoint(covering: signed.checkpoint.size) ?? signed
        try workspace.publish(cosigned)
        return (cosigned, others.remarks + remarks)
    }

    /// Sees to it that a signed checkpoint covers an event, where there is a key.
    ///
    /// An archive holds the tree of the first one that does.
    func cover(_ position: Int64) async throws {
        guard Files.exists(workspace.signingKeyPath),
            try await ledger.checkpoint(covering: position) == nil
        else { return }
        let (_, remarks) = try await checkpoint(actor: .reconciler, id: recorder.newID())
        for remark in remarks { log.warning("\(remark)") }
    }

    /// Whoever was silent just now is not waited for once more.
    private func handOut(_ checkpoint: SignedCheckpoint, _ others: Others) async throws -> [String]
    {
        var remarks: [String] = []
        let witnesses = try workspace.witnesses().filter { !others.silent.contains($0.key.name) }
        for (key, outcome) in try await ask(checkpoint, witnesses) {
            switch outcome {
            case .success(.cosigned(let signature)):
                try await record(signature, by: key, of: checkpoint)
            case .success(let refusal): remarks.append("\(key.name) \(refusal.remark)")
            case .failure(let error):
                remarks.append("\(key.name) was not reached: \(oneLine(error))")
            }
        }
        do {
            try await Anchoring(workspace: workspace).push(
                checkpoint, isFetched: others.isAnchorSeen, recorder)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            remarks.append("the checkpoint was not anchored: \(oneLine(error))")
        }
        return remarks
    }

    private typealias Answer = (NoteVerifier, Result<WitnessSubmission.Outcome, any Error>)

    /// Asks witnesses side by side.
    private func ask(
        _ checkpoint: SignedCheckpoint, _ witnesses: [(url: String, key: NoteVerifier)]
    )
        async throws -> [Answer]
    {
        let end = ContinuousClock.now + patience
        return try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (number, witness) in witnesses.enumerated() {
                group.addTask {
                    do {
                        let outcome = try await submit(
                            checkpoint, to: witness.key, witness.url, until: end)
                        return (number, (witness.key, .success(outcome)))
                    } catch is CancellationError {
                        throw CancellationError()
                    } catch {
                        return (number, (witness.key, .failure(error)))
                    }
                }
            }
            var answers: [(Int, Answer)] = []
            for try await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func submit(
        _ checkpoint: SignedCheckpoint, to witness: NoteVerifier, _ url: String,
        until end: ContinuousClock.Instant
    ) async throws -> WitnessSubmission.Outcome {
        let client = WitnessClient(url: url)
        var submission = WitnessSubmission(
            checkpoint, to: witness, known: try await knownSize(of: witness))
        var step = submission.first
        while true {
            switch step {
            case .end(let outcome): return outcome
            case .send(let oldSize):
                let proof = try await ledger.consistencyProof(
                    from: oldSize, to: checkpoint.checkpoint.size)
                let request = AddCheckpoint(
                    oldSize: oldSize, proof: proof, checkpoint: checkpoint)
                step = submission.handle(try await client.add(request, until: end))
            }
        }
    }

    /// What the witness cosigned last, as far as is on record.
    private func knownSize(of witness: NoteVerifier) async throws -> Int64 {
        let events = try await ledger.events(
            matching: EventFilter { $0.types = ["checkpoint.witnessed"] }, newestFirst: true,
            limit: 50)
        for case .checkpointWitnessed(let known)? in events.map(\.event)
        where known.witness == witness.name.text {
            return known.size
        }
        return 0
    }

    private func record(
        _ signature: NoteSignature, by key: NoteVerifier, of checkpoint: SignedCheckpoint
    ) async throws {
        let stored = try await ledger.checkpoint(covering: checkpoint.checkpoint.size)
        // Asked again at a start, a witness cosigns anew what it cosigned before.
        let isKnown = stored?.note.signatures.contains {
            $0.name == signature.name && $0.keyID == signature.keyID
        }
        if stored?.checkpoint == checkpoint.checkpoint, isKnown == true { return }
        let witnessed = CheckpointWitnessed {
            $0.cosignature = signature.line
            $0.size = checkpoint.checkpoint.size
            $0.witness = key.name.text
        }
        try await recorder.record(
            [
                recorder.event(
                    .checkpointWitnessed(witnessed), stream: LedgerState.Stream.ledger,
                    subjects: Subjects())
            ], isOutcome: true)
    }

    // MARK: - At start-up

    /// Holds the ledger against what its witnesses and its anchor have seen of it; all are asked at once.
    ///
    /// The last published checkpoint was held against it when it was opened.
    ///
    /// - Returns: Who could not be asked.
    /// - Throws: `Discontinuity`.
    func verifyWithOthers() async throws -> [String] { try await verify().remarks }

    private func verify() async throws -> Others {
        let last = try await ledger.checkpoints(limit: 1).first
        async let anchor = verifyWithAnchor()
        async let witnesses = verifyWithWitnesses(last)
        var (others, cosignatures) = try await witnesses
        if let remark = try await anchor {
            others.remarks.insert(remark, at: 0)
            others.isAnchorSeen = false
        }
        // Nothing is recorded before all have answered.
        if let last {
            for (key, signature) in cosignatures { try await record(signature, by: key, of: last) }
        }
        asked.note(others)
        return others
    }

    private typealias Seen = (Others, [(NoteVerifier, NoteSignature)])

    /// Submits the newest checkpoint once more: whoever has seen a larger one, or another, says so.
    private func verifyWithWitnesses(_ last: SignedCheckpoint?) async throws -> Seen {
        guard let last else { return (try await verifyUnsigned(), []) }
        var others = Others()
        var cosignatures: [(NoteVerifier, NoteSignature)] = []
        for (key, outcome) in try await ask(last, try workspace.witnesses()) {
            switch outcome {
            case .success(.cosigned(let signature)): cosignatures.append((key, signature))
            case .success(.ahead(let size)): throw try await discontinuity(key.name, size)
            case .success(.inconsistent(let size)):
                let root = try await ledger.root(of: size)
                throw Discontinuity(
                    source: "witness \(key.name)", size: size,
                    reason: .otherEvents(root: root ?? TreeHash.empty))
            case .success(let refusal): others.remarks.append("\(key.name) \(refusal.remark)")
            case .failure(let error): others.note(key.name, error)
            }
        }
        return (others, cosignatures)
    }

    /// Of a ledger without a checkpoint on record: no witness may have seen one.
    private func verifyUnsigned() async throws -> Others {
        var others = Others()
        let names = try workspace.witnesses().map(\.key.name)
        guard !names.isEmpty else { return others }
        guard Files.exists(workspace.signingKeyPath) else {
            others.remarks = names.map {
                "not checked against witness \($0): there is no key to ask it with"
            }
            return others
        }
        for answer in try await workspace.witnessedSizes(
            of: try workspace.readSigningKey(), within: patience)
        {
            switch answer.size {
            case .success(0): continue
            case .success(let size): throw try await discontinuity(answer.witness, size)
            case .failure(let error): others.note(answer.witness, error)
            }
        }
        return others
    }

    /// A witness has cosigned more events than this ledger has signed.
    private func discontinuity(_ witness: KeyName, _ size: Int64) async throws -> Discontinuity {
        let head = try await ledger.head()
        return Discontinuity(
            source: "witness \(witness)", size: size,
            reason: size > head ? .smaller(events: head) : .unknownCheckpoint(events: head))
    }

    /// - Returns: Why the anchor could not be asked.
    /// - Throws: `Discontinuity`.
    private func verifyWithAnchor() async throws -> String? {
        do {
            let anchoring = Anchoring(workspace: workspace)
            guard let (checkpoint, source) = try await anchoring.last(within: patience) else {
                return nil
            }
            // A new log says in its first event which one it goes on from.
            let opened = try await ledger.event(at: 1)?.event
            if case .ledgerOpened(let opened)? = opened,
                opened.succeeds?.origin == checkpoint.checkpoint.origin
            {
                return nil
            }
            try await ledger.verifyContinuation(of: checkpoint, from: source)
            return nil
        } catch let error as Discontinuity {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return "not checked against the anchor: \(oneLine(error))"
        }
    }

    // MARK: - While running

    /// Signs whenever that is due, until cancelled.
    func run() async throws {
        let schedule = CheckpointSchedule(
            every: workspace.settings.checkpoints.every,
            events: Int64(workspace.settings.checkpoints.events))
        let pause = min(workspace.settings.checkpoints.every, .seconds(10))
        while true {
            try await Task.sleep(for: pause)
            do {
                guard try await isDue(schedule) else { continue }
                let (signed, remarks) = try await checkpoint(
                    actor: .reconciler, id: recorder.newID())
                log.info("signed a checkpoint over \(signed.checkpoint.size) events")
                for remark in remarks { log.warning("\(remark)") }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                log.error("cannot sign a checkpoint: \(oneLine(error))")
            }
        }
    }

    private func isDue(_ schedule: CheckpointSchedule) async throws -> Bool {
        let (head, size, time) = try await ledger.state { state in
            let row = state.ledger["ledger"]
            return (state.position, row?.checkpointSize ?? 0, row?.checkpointedAt)
        }
        let now = TimeSource.system.now()
        // At most so many are news: only when that would do is it worth a look at them.
        guard schedule.isDue(now: now, last: time, news: head - size) else { return false }
        let branch = workspace.settings.anchor?.branch
        var (news, position): (Int64, Int64) = (0, size)
        while news < schedule.events {
            let page = try await ledger.events(after: position, limit: 500)
            guard let last = page.last else { break }
            news += Int64(
                page.count { CheckpointSchedule.isNews($0.event, anchoredOn: branch) })
            position = last.position
        }
        return schedule.isDue(now: now, last: time, news: news)
    }
}

/// What the others have seen that a ledger was held against.
private struct Others: Sendable {
    /// Who could not be asked, and why.
    var remarks: [String] = []
    /// Witnesses that did not answer.
    var silent: Set<KeyName> = []
    /// Whether the anchor was fetched, or there is none.
    var isAnchorSeen = true

    mutating func note(_ witness: KeyName, _ error: any Error) {
        remarks.append("not checked against witness \(witness): \(oneLine(error))")
        silent.insert(witness)
    }
}

/// What came of asking the others last, so that a command that starts by asking does not ask twice.
private final class Asked: Sendable {
    private static let freshness = Duration.seconds(30)
    private let last = Mutex<(at: ContinuousClock.Instant, others: Others)?>(nil)

    func note(_ others: Others) { last.withLock { $0 = (.now, others) } }

    /// `nil` when that was long ago.
    func recently() -> Others? {
        last.withLock { last in
            guard let last, last.at + Self.freshness > .now else { return nil }
            return last.others
        }
    }
}

extension WitnessSubmission.Outcome {
    /// What is said of a witness that did not cosign.
    fileprivate var remark: String {
        switch self {
        case .cosigned: "cosigned"
        case .ahead(let size):
            "has cosigned \(size) events already: this ledger is an older copy, or somebody else "
                + "signs with its key"
        case .inconsistent(let size):
            "has cosigned other events: the first \(size) are not those of this ledger"
        case .refused(let reason): "did not cosign: \(reason)"
        }
    }
}
