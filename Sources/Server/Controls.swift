public import Engine
public import EventLog
internal import GitRepository
public import Model
internal import Planning
internal import Projections
internal import YAML

/// The writer's side of every `ControlRequest`, whoever hands it over.
public struct Controls: Sendable {
    /// What the store can do beyond the engine's port.
    public struct Maintenance: Sendable {
        public var verify: @Sendable (_ isFull: Bool) async throws -> VerificationReport
        public var rebuild: Rebuild
        public var redact: Redact
        public var archive: Archive

        public typealias Rebuild =
            @Sendable (Actor, _ archives: [String]) async throws -> (
                events: Int64, differing: Int
            )
        public typealias Redact =
            @Sendable (_ position: Int64, _ reason: String, Actor, EventID) async throws ->
            (event: RecordedEvent, isErased: Bool)
        public typealias Archive =
            @Sendable (_ before: Timestamp, _ file: String, Actor, EventID) async throws ->
            RecordedEvent
        public var checkpoint: Checkpoint

        /// Gives the checkpoint with its cosignatures, and what did not work.
        public typealias Checkpoint =
            @Sendable (Actor, EventID) async throws -> (SignedCheckpoint, remarks: [String])

        public init(
            verify: @escaping @Sendable (_ isFull: Bool) async throws -> VerificationReport,
            rebuild: @escaping Rebuild, redact: @escaping Redact,
            archive: @escaping Archive, checkpoint: @escaping Checkpoint
        ) {
            self.verify = verify
            self.rebuild = rebuild
            self.redact = redact
            self.archive = archive
            self.checkpoint = checkpoint
        }
    }

    private let engine: Engine
    private let recorder: Recorder
    private let maintenance: Maintenance

    public init(engine: Engine, recorder: Recorder, maintenance: Maintenance) {
        self.engine = engine
        self.recorder = recorder
        self.maintenance = maintenance
    }

    /// Does what is asked; a sync has begun when this returns, not ended.
    public func perform(_ request: ControlRequest, actor: Actor) async throws -> ControlAnswer {
        var actor = actor
        actor.onBehalfOf = request.onBehalfOf
        let id = request.id
        switch request.action {
        case .sync(let application, let isPruning, let objects):
            let command = SyncCommand(
                application: application, isPruning: isPruning, onlyObjects: objects)
            let sync = try await engine.sync(command, actor: actor, id: id)
            return ControlAnswer { $0.sync = sync }
        case .syncPlan(let plan):
            let sync = try await engine.sync(plan: plan, actor: actor, id: id)
            return ControlAnswer { $0.sync = sync }
        case .plan(let application, let isPruning, let objects, let isSaved):
            let command = SyncCommand(
                application: application, isPruning: isPruning, onlyObjects: objects)
            return try await plan(command, isSaved: isSaved, actor, id)
        case .refresh(let application):
            try await engine.refresh(application)
            return ControlAnswer()
        case .rollback(let application, let sync, let isPruning):
            let name = try await engine.rollback(
                application, to: sync, isPruning: isPruning, actor: actor, id: id)
            return ControlAnswer { $0.sync = name }
        case .revert(let application, let sync, let expected):
            return try await revert(application, to: sync, expecting: expected, actor, id)
        case .revertPlan(let application, let sync):
            let plan = try await engine.revertPlan(application, to: sync)
            return ControlAnswer { $0.revertPlan = plan }
        case .release(let application):
            try await engine.release(application, actor: actor, reason: "released by hand")
            return ControlAnswer()
        case .regenerate(let application, let reason):
            try await engine.regenerate(application, reason: reason, actor: actor, id: id)
            return ControlAnswer()
        case .terminate(let application):
            let sync = try await engine.terminate(application, actor: actor)
            return ControlAnswer { $0.sync = sync }
        case .judge(let judgement):
            let standing = try await engine.judge(judgement, actor: actor, id: id)
            return ControlAnswer { $0.standing = standing }
        case .attest(let attestation):
            let subject = try await engine.attest(attestation, actor: actor, id: id)
            return ControlAnswer { $0.subject = subject }
        case .checkpoint: return try await checkpoint(actor, id)
        case .verify(let isFull): return try await verify(isFull, actor, id)
        case .rebuild(let archives): return try await rebuild(actor, archives)
        case .redact(let position, let reason):
            return try await redact(position, reason, actor, id)
        case .archive(let time, let file): return try await archive(time, file, actor, id)
        }
    }

    private func plan(_ command: SyncCommand, isSaved: Bool, _ actor: Actor, _ id: EventID)
        async throws -> ControlAnswer
    {
        let decided = try await engine.plan(command)
        var answer = ControlAnswer()
        answer.plan = try parseJSON(decided.plan.bytes)
        answer.sources = decided.sources ?? []
        let application = command.application
        let row = try await recorder.store.state { $0.applications[application] }
        answer.replaced = row?.replacedArchives ?? []
        for (key, message) in decided.failures.sorted(by: { $0.key < $1.key }) {
            answer.failures[key.description] = .string(message)
        }
        if isSaved {
            if let saved = try await recorder.store.event(id: id) {
                answer.savedPlan = saved.envelope.stream
            } else {
                answer.savedPlan = try await engine.save(decided, actor: actor, id: id)
            }
            let name = answer.savedPlan ?? ""
            answer.authors = try await recorder.store.state { $0.plans[name]?.saved.authors }
        }
        return answer
    }

    private func revert(
        _ application: String, to sync: String?, expecting text: String?, _ actor: Actor,
        _ id: EventID
    ) async throws -> ControlAnswer {
        let expected = text.flatMap { CommitID($0) }
        if text != nil, expected == nil {
            throw ControlError.badRequest("expecting is no commit id")
        }
        let made = try await engine.revert(
            application, to: sync, expecting: expected, actor: actor, id: id)
        return ControlAnswer {
            $0.commit = made.commit.description
            $0.note = made.note
        }
    }

    /// Verifies and records what was found; asked again with the same id, it tells what is on record.
    private func verify(_ isFull: Bool, _ actor: Actor, _ id: EventID) async throws -> ControlAnswer
    {
        if case .verificationRun(let known)? = try await recorder.store.event(id: id)?.event {
            return ControlAnswer {
                $0.events = known.events
                $0.findings = known.finding.map { [$0] } ?? []
            }
        }
        let report = try await maintenance.verify(isFull)
        let run = VerificationRun {
            $0.events = report.events
            $0.finding = report.findings.first?.description
            $0.isIntact = report.isIntact
        }
        try await recorder.record([
            recorder.event(
                .verificationRun(run), stream: LedgerState.Stream.ledger, subjects: Subjects(),
                actor: actor, id: id)
        ])
        return ControlAnswer {
            $0.events = report.events
            $0.findings = report.findings.map(\.description)
            $0.redacted = report.redacted
            $0.archived = report.archived
        }
    }
}

// MARK: - The ledger itself

extension Controls {
    private func checkpoint(_ actor: Actor, _ id: EventID) async throws -> ControlAnswer {
        let (checkpoint, remarks) = try await maintenance.checkpoint(actor, id)
        return ControlAnswer {
            $0.checkpoint = String(decoding: checkpoint.bytes, as: UTF8.self)
            $0.remarks = remarks
        }
    }

    private func rebuild(_ actor: Actor, _ archives: [String]) async throws -> ControlAnswer {
        let (events, differing) = try await maintenance.rebuild(actor, archives)
        return ControlAnswer {
            $0.events = events
            $0.differingRows = differing
        }
    }

    private func redact(_ position: Int64, _ reason: String, _ actor: Actor, _ id: EventID)
        async throws -> ControlAnswer
    {
        let (event, isErased) = try await maintenance.redact(position, reason, actor, id)
        return ControlAnswer {
            $0.position = event.position
            $0.isErased = isErased
            if case .payloadRedacted(let e) = event.event { $0.blobs = Int64(e.blobs.count) }
        }
    }

    private func archive(_ time: Timestamp, _ file: String, _ actor: Actor, _ id: EventID)
        async throws -> ControlAnswer
    {
        let event = try await maintenance.archive(time, file, actor, id)
        return ControlAnswer {
            $0.position = event.position
            if case .ledgerArchived(let e) = event.event {
                $0.through = e.through
                $0.blobs = e.blobs
            }
        }
    }
}
