internal import Digests
internal import EventLog
internal import Model

// The ledger itself, Git, declarations.
extension TimelineLine {
    func text(_ payload: LedgerOpened) -> String {
        "format \(payload.format) by tidemark \(payload.programVersion), "
            + "token key \(payload.tokenKeyID)"
    }

    func text(_ payload: ClockJumped) -> String {
        let jump = payload.to - payload.from
        return "\(span(jump)) \(jump < .zero ? "back" : "forward") to \(payload.to.secondsText)"
    }

    func text(_ payload: ProjectionRebuilt) -> String {
        let archived = payload.base.map { ", with the archive up to @\($0.through)" } ?? ""
        return "\(payload.projection) from \(count(Int(payload.events), "event"))\(archived)"
    }

    func text(_ payload: VerificationRun) -> String {
        let result = payload.isIntact ? "intact" : "not intact\(because(payload.finding))"
        return "\(count(Int(payload.events), "event")), \(result)"
    }

    func text(_ payload: RedactionKeyChanged) -> String {
        payload.from.map { "\($0) → \(payload.to)" } ?? payload.to
    }

    func text(_ payload: ConfigurationChanged) -> String {
        "tidemark.yaml is now \(payload.digest.shortText)"
    }

    func text(_ payload: RepositoryReachable) -> String {
        let silence = envelope.occurredAt - payload.unreachableSince
        return "\(repository) after \(span(silence)) and \(count(payload.attempts, "attempt"))"
    }

    func text(_ payload: RefMoved) -> String {
        let ref = "\(repository) \(branch(payload.ref))"
        let via = "by \(payload.via.rawValue)"
        switch (payload.from, payload.to) {
        case (let from?, let to?):
            let force = payload.isForced ? "forced, " : ""
            return "\(ref) \(short(from)) → \(short(to)) (\(force)\(via))"
        case (nil, let to?): return "\(ref) is at \(short(to)) (\(via))"
        case (let from?, nil): return "\(ref) is gone, was at \(short(from)) (\(via))"
        case (nil, nil): return "\(ref) does not exist (\(via))"
        }
    }

    func text(_ payload: CommitObserved) -> String {
        let paths = payload.changedPaths.count + payload.changedPathsOmitted
        return "\(repository) \(commit) \"\(oneLine(payload.subject, atMost: 72))\" "
            + "by \(payload.author.name), \(count(paths, "path"))"
    }

    func text(_ payload: PushIntended) -> String {
        let base = payload.expected.map { " on top of \(short($0))" } ?? ""
        return "\(repository) \(short(payload.commit)) to \(branch(payload.branch))\(base)"
    }

    func text(_ payload: PushFinished) -> String {
        let outcome =
            switch payload.outcome {
            case .pushed: "pushed"
            case .notPushed: "not pushed"
            case .unknown: "outcome unknown"
            }
        return "\(repository) \(short(payload.commit)) to \(branch(payload.branch)) \(outcome)"
            + because(payload.message)
    }

    func text(_ payload: EnvironmentDeclared) -> String {
        let place = payload.promotionOrder.map { ", place \($0 + 1) of promotion" } ?? ""
        return "\(environment) at \(payload.server), mode \(payload.mode.rawValue)\(place)"
    }

    func text(_ payload: ApplicationDeclaration) -> String {
        let mode = payload.mode == .observe ? ", observed only" : ""
        return "\(application) in \(payload.file):\(payload.line) follows "
            + "\(payload.targetRevision) at \(payload.path)\(mode)"
    }

    func text(_ payload: DeclarationsRejected) -> String {
        "\(repository)\(problems(payload.problems))"
    }

    func text(_ payload: RenderFailed) -> String { "\(application)\(problems(payload.problems))" }

    private func problems(_ problems: [String]) -> String {
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return because(problems.first) + more
    }
}
