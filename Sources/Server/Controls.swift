public import Engine
public import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Projections
internal import YAML

/// The writer's side of every `ControlRequest`, whoever hands it over.
public struct Controls: Sendable {
    /// What the store can do beyond the engine's port.
    public struct Maintenance: Sendable {
        public var verify: @Sendable (_ isFull: Bool) async throws -> VerificationReport
        public var rebuild: @Sendable (Actor) async throws -> (events: Int64, differing: Int)
        public var checkpoint: Checkpoint

        /// Gives the checkpoint with its cosignatures, and what did not work.
        public typealias Checkpoint =
            @Sendable (Actor, EventID) async throws -> (SignedCheckpoint, remarks: [String])

        public init(
            verify: @escaping @Sendable (_ isFull: Bool) async throws -> VerificationReport,
            rebuild: @escaping @Sendable (Actor) async throws -> (events: Int64, differing: Int),
            checkpoint: @escaping Checkpoint
        ) {
            self.verify = verify
            self.rebuild = rebuild
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
        case .revert(let application, let sync):
            let commit = try await engine.revert(application, to: sync, actor: actor, id: id)
            return ControlAnswer { $0.commit = commit.description }
        case .release(let application):
            try await engine.release(application, actor: actor, reason: "released by hand")
            return ControlAnswer()
        case .terminate(let application):
            let sync = try await engine.terminate(application, actor: actor)
            return ControlAnswer { $0.sync = sync }
        case .checkpoint:
            let (checkpoint, remarks) = try await maintenance.checkpoint(actor, id)
            return ControlAnswer {
                $0.checkpoint = String(decoding: checkpoint.bytes, as: UTF8.self)
                $0.remarks = remarks
            }
        case .verify(let isFull): return try await verify(isFull, actor, id)
        case .rebuild:
            let (events, differing) = try await maintenance.rebuild(actor)
            return ControlAnswer {
                $0.events = events
                $0.differingRows = differing
            }
        }
    }

    private func plan(_ command: SyncCommand, isSaved: Bool, _ actor: Actor, _ id: EventID)
        async throws -> ControlAnswer
    {
        let decided = try await engine.plan(command)
        var answer = ControlAnswer()
        answer.plan = try parseJSON(decided.plan.bytes)
        for (key, message) in decided.failures.sorted(by: { $0.key < $1.key }) {
            answer.failures[key.description] = .string(message)
        }
        if isSaved {
            if let saved = try await recorder.store.event(id: id) {
                answer.savedPlan = saved.envelope.stream
            } else {
                answer.savedPlan = try await engine.save(decided, actor: actor, id: id)
            }
        }
        return answer
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
        }
    }
}
