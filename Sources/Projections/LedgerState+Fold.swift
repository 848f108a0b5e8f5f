internal import Digests
internal import EventLog
internal import Model

extension LedgerState {
    // Closures copy what they name, so they name times and positions here, and not the envelope with all its texts.

    /// - Parameter event: `nil` of one whose payload is gone.
    mutating func fold(_ event: Event?, _ envelope: Envelope) {
        switch event {
        case nil: foldGone(envelope)
        case .ledgerOpened(let payload):
            ledger.upsert("ledger") {
                $0.format = payload.format
                $0.origin = payload.origin
                $0.signingKey = payload.signingKey
                $0.tokenKeyID = payload.tokenKeyID
            }
        case .signingKeyChanged(let payload):
            ledger.upsert("ledger") { $0.signingKey = payload.to }
        case .checkpointSigned(let payload):
            ledger.upsert("ledger") {
                $0.checkpointSize = payload.size
                $0.checkpointedAt = envelope.occurredAt
            }
        case .redactionKeyChanged(let payload):
            ledger.upsert("ledger") { $0.tokenKeyID = payload.to }
        case .clockJumped, .projectionRebuilt, .verificationRun, .configurationChanged,
            .observationsSuppressed, .ownershipMoved, .rollbackRequested, .rollbackCommitted,
            .checkpointWitnessed, .payloadRedacted, .ledgerArchived:
            break  // On the timeline only.
        case .planApproved, .planRejected, .evidenceAttested: foldEvidence(event, envelope)
        case .repositoryRegistered, .repositoryUnreachable, .repositoryReachable,
            .repositoryDropped, .refMoved, .commitObserved, .declarationsRejected, .pushIntended,
            .pushFinished:
            foldGit(event, envelope)
        case .environmentDeclared, .clusterConnected, .clusterDisconnected:
            foldEnvironment(event, envelope)
        case .applicationDeclared, .applicationChanged, .applicationRemoved, .manifestsRendered,
            .renderFailed, .comparisonChanged, .syncRefused, .autoSyncHeld, .autoSyncReleased,
            .regenerationRequested:
            foldApplication(event, envelope)
        case .driftDetected, .driftResolved, .objectObserved, .healthChanged:
            foldObject(event, envelope)
        case .syncRequested, .syncPlanned, .planSaved, .syncStarted, .syncSucceeded, .syncFailed,
            .syncTerminated:
            foldSync(event, envelope)
        case .applyIntended, .objectApplied, .objectPruned, .objectFailed, .applyRecovered,
            .hookStarted, .hookFinished:
            foldStep(event, envelope)
        }
    }

    private mutating func foldGit(_ event: Event?, _ envelope: Envelope) {
        guard let repository = envelope.subjects.repository else { return }
        switch event {
        case .repositoryRegistered(let payload):
            repositories.upsert(repository) { $0.url = payload.url }
        case .repositoryUnreachable(let payload):
            repositories.upsert(repository) {
                $0.reason = payload.reason
                $0.unreachableSince = $0.unreachableSince ?? envelope.occurredAt
            }
        case .repositoryReachable, .repositoryDropped:
            repositories.upsert(repository) {
                if case .repositoryDropped = event { $0.rejected = [] }
                $0.reason = nil
                $0.unreachableSince = nil
            }
        case .refMoved(let payload):
            repositories.upsert(repository) { row in
                // Rejected again, if they still are.
                row.rejected = []
                row.refs.removeAll { $0.name == payload.ref }
                guard let commit = payload.to else { return }
                let place = row.refs.firstIndex { $0.name > payload.ref } ?? row.refs.count
                let ref = RepositoryRow.Ref {
                    $0.name = payload.ref
                    $0.commit = commit
                }
                row.refs.insert(ref, at: place)
            }
        case .commitObserved(let payload):
            guard let commit = envelope.subjects.commit else { return }
            // A commit is observed again when its signature is seen in another light.
            let known = commits[commit]
            commits[commit] = CommitRow {
                $0.authorEmail = payload.author.email
                $0.authorName = payload.author.name
                $0.authoredAt = payload.author.time
                $0.committedAt = payload.committer.time
                $0.committerEmail = payload.committer.email
                $0.evidence = known?.evidence ?? []
                $0.position = known?.position ?? envelope.position
                $0.repository = repository
                $0.signature = payload.signature
                $0.signedBy = payload.signedBy
                $0.subject = payload.subject
            }
        case .declarationsRejected(let payload):
            repositories.upsert(repository) { $0.rejected = payload.problems }
        case .pushIntended(let payload):
            pushes["\(repository)|\(payload.commit)"] = PushRow {
                $0.branch = payload.branch
                $0.commit = payload.commit
                $0.expected = payload.expected
                $0.repository = repository
            }
        case .pushFinished(let payload): pushes["\(repository)|\(payload.commit)"] = nil
        default: break  // `fold` sends only the events above.
        }
    }

    private mutating func foldEnvironment(_ event: Event?, _ envelope: Envelope) {
        guard let environment = envelope.subjects.environment else { return }
        switch event {
        case .environmentDeclared(let payload):
            environments.upsert(environment) {
                $0.mode = payload.mode
                $0.promotionOrder = payload.promotionOrder
                $0.server = payload.server
            }
        case .clusterConnected(let payload):
            environments.upsert(environment) {
                $0.isConnected = true
                $0.reason = nil
                $0.serverVersion = payload.serverVersion
                $0.since = envelope.occurredAt
            }
        case .clusterDisconnected(let payload):
            environments.upsert(environment) {
                $0.isConnected = false
                $0.reason = payload.reason
                $0.since = envelope.occurredAt
            }
        default: break
        }
    }

    private mutating func foldApplication(_ event: Event?, _ envelope: Envelope) {
        guard let name = envelope.subjects.application else { return }
        switch event {
        case .applicationDeclared(let payload), .applicationChanged(let payload):
            applications.upsert(name) {
                $0.declaration = payload
                $0.environment = envelope.subjects.environment ?? ""
                $0.repository = envelope.subjects.repository ?? ""
                $0.isRemoved = false
                $0.refusal = nil
            }
        case .applicationRemoved: applications.update(name) { $0.isRemoved = true }
        case .manifestsRendered(let payload):
            applications.update(name) {
                $0.certificates = payload.certificates ?? []
                $0.deletionHooks = payload.deletionHooks ?? []
                $0.desired = payload.objects
                $0.renderProblems = []
                $0.renderedCommit = envelope.subjects.commit
                $0.renderedInputs = payload.inputs
                $0.renderedNow = payload.now
                $0.renderedSources = payload.sources
                $0.replacedArchives = payload.replaced
                $0.renderWarnings = payload.warnings
                $0.settle([.renderFailed, .unknownRepository])
            }
        case .renderFailed(let payload):
            applications.update(name) { $0.renderProblems = payload.problems }
        case .comparisonChanged(let payload):
            applications.update(name) {
                if $0.syncStatus != payload.status { $0.syncStatusSince = envelope.occurredAt }
                if payload.status != .unknown { $0.settle([.clusterUnreachable]) }
                // What waited for an agreement is no longer wanted.
                if payload.status == .synced { $0.settle([.waitingForApproval]) }
                $0.outOfSync = payload.objects
                $0.syncReason = payload.reason
                $0.syncStatus = payload.status
            }
        case .syncRefused(let payload):
            applications.update(name) {
                $0.refusal = ApplicationRow.Refusal {
                    $0.commit = envelope.subjects.commit
                    $0.message = payload.message
                    $0.reason = payload.reason
                }
            }
        case .autoSyncHeld(let payload):
            applications.update(name) { $0.heldBecause = payload.reason }
        case .autoSyncReleased: applications.update(name) { $0.heldBecause = nil }
        case .regenerationRequested:
            applications.update(name) { $0.regenerations.append(envelope.position) }
        default: break
        }
    }

    private mutating func foldObject(_ event: Event?, _ envelope: Envelope) {
        guard let environment = envelope.subjects.environment, let object = envelope.subjects.object
        else {
            if case .healthChanged(let payload) = event { foldApplicationHealth(payload, envelope) }
            return
        }
        let key = Self.objectKey(environment, object)
        let (position, time) = (envelope.position, envelope.occurredAt)
        switch event {
        case .driftDetected(let payload):
            updateObject(key, envelope) {
                $0.drift = ObjectRow.Drift {
                    $0.detected = payload
                    $0.position = position
                    $0.since = time
                }
            }
        case .driftResolved: updateObject(key, envelope) { $0.drift = nil }
        case .objectObserved(let payload):
            updateObject(key, envelope) {
                $0.isGone = payload.change == .disappeared
                $0.live = payload.digest
                $0.resourceVersion = payload.resourceVersion
                $0.uid = payload.uid
                $0.note(observationAt: time)
            }
        case .healthChanged(let payload):
            updateObject(key, envelope) {
                $0.health = payload.to
                $0.healthMessage = payload.message
            }
        default: break
        }
    }

    private mutating func foldApplicationHealth(_ payload: HealthChanged, _ envelope: Envelope) {
        guard let name = envelope.subjects.application else { return }
        applications.update(name) {
            if $0.health != payload.to { $0.healthSince = envelope.occurredAt }
            $0.health = payload.to
            $0.healthMessage = payload.message
        }
    }

    /// Changes the row of an object, making it first if there is none.
    mutating func updateObject(
        _ key: String, _ envelope: Envelope, _ change: (inout ObjectRow) -> Void
    ) {
        let application = envelope.subjects.application ?? ""
        let position = envelope.position
        var before: String?
        let exists = objects.update(key) { row in
            if row.application != application, !application.isEmpty {
                before = row.application
                row.application = application
            }
            change(&row)
        }
        if exists, before == nil { return }
        if let before { objectsOf[before]?.remove(key) }
        if !exists {
            var row = ObjectRow {
                $0.application = application
                $0.firstSeen = position
            }
            change(&row)
            objects[key] = row
        }
        objectsOf[application, default: []].insert(key)
    }
}

extension ApplicationRow {
    /// What was refused for one of these reasons is no longer.
    fileprivate mutating func settle(_ reasons: Set<SyncRefused.Reason>) {
        if let refusal, reasons.contains(refusal.reason) { self.refusal = nil }
    }
}

extension ObjectRow {
    /// Keeps the times of the last hour, six at most: enough to know when to suppress.
    mutating func note(observationAt time: Timestamp) {
        observedAt.removeAll { time - $0 > .seconds(3600) }
        observedAt.append(time)
        if observedAt.count > 6 { observedAt.removeFirst(observedAt.count - 6) }
    }
}
