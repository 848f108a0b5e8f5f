internal import Diffing
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections
internal import Server
internal import YAML

/// Two environments, or two moments of one, compared field by field, with who made each object so and when.
struct EnvironmentDiffReport {
    /// One side: what it is called in the report, and what the ledger says of that moment.
    struct Side {
        var label: String
        var name: String
        var state: LedgerState

        init(_ reference: EnvironmentReference, label: String, _ ledger: any LedgerReading)
            async throws
        {
            self.label = label
            name = reference.name
            if let moment = reference.moment {
                state = try await Moment.environment(name, moment).state(ledger)
            } else {
                state = try await ledger.state { $0 }
            }
            guard state.environments[name] != nil else {
                let known = state.environments.keys
                throw CommandError(
                    "there is no environment \(name)\(reference.moment == nil ? "" : " at that moment")",
                    try: known.isEmpty ? nil : "one of: " + known.joined(separator: ", "))
            }
        }
    }

    let old: Side
    let new: Side
    let changes: [EnvironmentChange]
    /// Of objects that went from one moment of an environment to another: the event that tells of it.
    private var removals: [ObjectKey: RecordedEvent] = [:]

    /// - Parameter isDesired: Whether what Git wanted is compared, in place of what was in the cluster.
    init(from old: Side, to new: Side, isDesired: Bool, _ ledger: any LedgerReading) async throws {
        self.old = old
        self.new = new
        let before = old.bodies(isDesired: isDesired)
        let after = new.bodies(isDesired: isDesired)
        // Bodies that are the same need not be read.
        let same = Set(before.filter { after[$0.key] == $0.value }.keys)
        changes = compare(
            from: try await old.view(before.filter { !same.contains($0.key) }, ledger),
            to: try await new.view(after.filter { !same.contains($0.key) }, ledger))
        guard old.name == new.name else { return }
        for change in changes where change.verdict == .removed {
            removals[change.key] = try await removal(of: change.key, ledger)
        }
    }

    private func removal(of key: ObjectKey, _ ledger: any LedgerReading) async throws
        -> RecordedEvent?
    {
        try await ledger.events(
            matching: EventFilter {
                $0.environment = new.name
                $0.object = ObjectPattern(kind: key.kind, namespace: key.namespace, name: key.name)
                $0.types = ["object.pruned", "object.observed", "manifests.rendered"]
                $0.positions = 1...max(1, new.state.position)
            }, newestFirst: true, limit: 1
        ).first
    }

    private func cause(of change: EnvironmentChange) -> Side.Cause? {
        guard change.verdict == .removed else { return new.cause(of: change.key) }
        guard old.name == new.name else { return old.cause(of: change.key) }
        guard let event = removals[change.key] else { return nil }
        let isPruned = event.envelope.type == "object.pruned"
        return Side.Cause(
            text: isPruned
                ? "\(event.envelope.stream), which pruned it" : "somebody in the cluster",
            at: event.envelope.occurredAt, position: event.position)
    }
}

extension EnvironmentDiffReport.Side {
    /// The digests of the bodies in the environment, by object.
    fileprivate func bodies(isDesired: Bool) -> [ObjectKey: Digest] {
        var bodies: [ObjectKey: Digest] = [:]
        if isDesired {
            for row in state.applications.all.values
            where row.environment == name && !row.isRemoved {
                for object in row.desired { bodies[object.key] = object.digest }
            }
            return bodies
        }
        for (text, row) in state.objects.all where !row.isGone {
            guard let place = ObjectPlace(text), place.environment == name, let live = row.live
            else { continue }
            bodies[place.key] = live
        }
        return bodies
    }

    fileprivate func view(_ bodies: [ObjectKey: Digest], _ ledger: any LedgerReading) async throws
        -> EnvironmentView
    {
        let namespaces = ownNamespaces
        var objects: [EnvironmentView.Object] = []
        for (key, digest) in bodies.sorted(by: { $0.key < $1.key }) {
            guard let bytes = try await ledger.blob(digest) else {
                throw CommandError(
                    "the body of \(address(key)) is missing from the ledger",
                    because: "it was redacted, archived or lost", try: "tidemark verify")
            }
            let application = row(key)?.application ?? ""
            objects.append(
                EnvironmentView.Object(
                    key: key, body: try parseJSON(bytes),
                    isInOwnNamespace: !key.namespace.isEmpty
                        && namespaces[application] == key.namespace))
        }
        return EnvironmentView(name: name, objects: objects)
    }

    /// The namespace that each application deploys into.
    private var ownNamespaces: [String: String] {
        state.applications.all.compactMapValues { row in
            let manifest = try? parseJSON(Array(row.declaration.manifest.utf8))
            return manifest?["spec"]?["destination"]?["namespace"]?.stringValue
        }
    }

    fileprivate func row(_ key: ObjectKey) -> ObjectRow? {
        state.objects[LedgerState.objectKey(name, key)]
    }

    /// Who made an object as it is: somebody in the cluster, or the sync that applied it last.
    fileprivate func cause(of key: ObjectKey) -> Cause? {
        guard let row = row(key) else { return nil }
        if let drift = row.drift {
            let managers = Set(drift.detected.fields.compactMap(\.manager)).sorted()
            return Cause(
                text: "changed in the cluster"
                    + (managers.isEmpty ? "" : " by \(managers.joined(separator: ", "))"),
                at: drift.since, position: drift.position)
        }
        guard let name = row.lastAppliedBy, let sync = state.syncs[name] else { return nil }
        let commit = sync.commit.map { id in
            let known = state.commits[id]
            return ", commit \(short(id))"
                + (known.map { " \"\($0.subject)\" by \($0.authorName)" } ?? "")
        }
        return Cause(
            text: name + (commit ?? ""), at: sync.finishedAt ?? sync.requestedAt,
            position: row.lastAppliedAt)
    }

    fileprivate struct Cause {
        var text: String
        var at: Timestamp
        var position: Int64?
    }
}

extension EnvironmentDiffReport {
    func text(_ paint: Paint) -> String {
        guard !changes.isEmpty else { return "no difference\n" }
        return changes.map { text(of: $0, paint) }.joined()
    }

    private func text(of change: EnvironmentChange, _ paint: Paint) -> String {
        let head =
            switch change.verdict {
            case .added: paint("+ \(address(change.key)) is only in \(new.label)", .green)
            case .removed: paint("- \(address(change.key)) is only in \(old.label)", .red)
            case .modified: paint("~ \(address(change.key))", .yellow)
            }
        let cause = cause(of: change).map { cause in
            let position = cause.position.map { " (@\($0))" } ?? ""
            return "    \(paint("by \(cause.text), \(cause.at.secondsText)\(position)", .grey))\n"
        }
        let fields = change.fields.map { "    \(PlanReport.line(planned($0)))\n" }.joined()
        return head + "\n" + (cause ?? "") + fields
    }

    private func planned(_ change: FieldChange) -> PlannedField {
        PlannedField {
            $0.path = change.path.description
            $0.desired = change.desired.map { String(decoding: printJSON($0), as: UTF8.self) }
            $0.live = change.live.map { String(decoding: printJSON($0), as: UTF8.self) }
        }
    }

    var document: Node {
        var document = Mapping()
        document["from"] = place(old)
        document["to"] = place(new)
        document["changes"] = .array(changes.map(self.document))
        return .object(document)
    }

    private func place(_ side: Side) -> Node {
        .object(
            Mapping([
                ("environment", .string(side.name)), ("position", .int(side.state.position)),
            ]))
    }

    private func document(of change: EnvironmentChange) -> Node {
        var fields = Mapping([
            ("key", .string(change.key.description)), ("verdict", .string(change.verdict.rawValue)),
        ])
        if let cause = cause(of: change) {
            fields["cause"] = .string(cause.text)
            fields.set("at", cause.at)
            fields.set("position", cause.position)
        }
        fields["changes"] = .array(
            change.fields.map { change in
                var field = Mapping([("path", .string(change.path.description))])
                field["from"] = change.live
                field["to"] = change.desired
                return .object(field)
            })
        return .object(fields)
    }
}
