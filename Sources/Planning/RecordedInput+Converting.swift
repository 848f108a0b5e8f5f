internal import Declarations
public import Digests
public import EventLog
internal import Model

extension ResourceDirectives.DeletePolicy: StoredEnum {}

extension RecordedInput {
    /// The stored form of an input; equal inputs have equal bytes, whatever the order of their objects.
    public init(_ input: PlanningInput) {
        self.init()
        application = input.application
        commit = input.commit
        compared = input.compared.sorted { $0.key < $1.key }.map(Compared.init)
        desired = input.desired.map(Desired.init).sorted { $0.key < $1.key }
        environment = input.environment
        isPrunedLast = input.isPrunedLast
        isPruning = input.isPruning
        liveHooks = input.liveHooks.sorted { $0.key < $1.key }.map { key, uid in
            LiveHook {
                $0.key = key
                $0.uid = uid
            }
        }
        namespaceToCreate = input.namespaceToCreate
        onlyObjects = input.onlyObjects.sorted()
        onlyOutOfSync = input.onlyOutOfSync
        time = input.time
    }

    /// The canonical bytes: what the blob holds.
    public var bytes: [UInt8] { RecordEncoder.encode(self) }

    public var input: PlanningInput {
        var input = PlanningInput(
            application: application, environment: environment, commit: commit,
            desired: desired.map(\.object),
            compared: Dictionary(
                compared.map { ($0.key, $0.object) }, uniquingKeysWith: { _, last in last }),
            time: time)
        input.isPrunedLast = isPrunedLast
        input.isPruning = isPruning
        input.liveHooks = Dictionary(
            liveHooks.map { ($0.key, $0.uid) }, uniquingKeysWith: { _, last in last })
        input.namespaceToCreate = namespaceToCreate
        input.onlyObjects = Set(onlyObjects)
        input.onlyOutOfSync = onlyOutOfSync
        return input
    }
}

extension RecordedInput.Compared {
    fileprivate init(_ key: ObjectKey, _ object: ComparedObject) {
        self.init()
        self.key = key
        fields = object.fields
        isPruneForbidden = object.isPruneForbidden
        isPrunedLast = object.isPrunedLast
        liveAPIVersion = object.liveAPIVersion
        liveWave = object.liveWave
        needsOwnershipMove = object.needsOwnershipMove
        resourceVersion = object.resourceVersion
        uid = object.uid
        verdict = object.verdict
    }

    fileprivate var object: ComparedObject {
        ComparedObject(
            verdict: verdict, uid: uid, resourceVersion: resourceVersion, fields: fields,
            needsOwnershipMove: needsOwnershipMove, liveWave: liveWave,
            isPruneForbidden: isPruneForbidden, isPrunedLast: isPrunedLast,
            liveAPIVersion: liveAPIVersion)
    }
}

extension RecordedInput.Desired {
    fileprivate init(_ object: DesiredObject) {
        self.init()
        let directives = object.directives
        apiVersion = object.apiVersion
        body = object.body
        definedKind = object.definedKind.map { defined in
            RecordedInput.DefinedKind {
                $0.group = defined.group
                $0.kind = defined.kind
            }
        }
        deletePolicies = directives.deletePolicies.sorted { $0.rawValue < $1.rawValue }
        deletesWithApplication = directives.deletesWithApplication
        generateName = object.generateName
        ignoresExtraneous = directives.ignoresExtraneous
        ignoresHealth = directives.ignoresHealth
        key = object.key
        prunes = directives.prunes
        prunesLast = directives.prunesLast
        wave = directives.wave
        switch directives.role {
        case .resource: role = .resource
        case .skipped: role = .skipped
        case .hook(let phases):
            role = .hook
            self.phases = phases
        }
    }

    fileprivate var object: DesiredObject {
        let role: ResourceDirectives.Role =
            switch role {
            case .resource: .resource
            case .skipped: .skipped
            case .hook: .hook(phases)
            }
        return DesiredObject(
            key: key, apiVersion: apiVersion, body: body,
            directives: ResourceDirectives(
                role: role, wave: wave, deletePolicies: Set(deletePolicies), prunes: prunes,
                prunesLast: prunesLast, deletesWithApplication: deletesWithApplication,
                ignoresExtraneous: ignoresExtraneous, ignoresHealth: ignoresHealth),
            generateName: generateName,
            definedKind: definedKind.map { GroupKind(group: $0.group, kind: $0.kind) })
    }
}

extension Collection<DesiredObject> {
    /// Of the keys and bodies of a desired set, in order of keys.
    public var digest: Digest {
        var builder = DigestBuilder()
        for object in sorted(by: { $0.key < $1.key }) {
            builder.update(field: object.key.description)
            builder.update(field: object.body.description)
        }
        return builder.finish()
    }
}

extension PlanningInput {
    /// `PlanInputs.desired`.
    public var desiredDigest: Digest { desired.digest }

    /// `PlanInputs.differences`: which objects there are, and how each compares with what is desired.
    ///
    /// An object whose status alone changes has another version, and differs no more than before.
    public var differencesDigest: Digest {
        var builder = DigestBuilder()
        for (key, object) in compared.sorted(by: { $0.key < $1.key }) {
            var compared = RecordedInput.Compared(key, object)
            compared.resourceVersion = nil
            builder.update(field: String(decoding: RecordEncoder.encode(compared), as: UTF8.self))
        }
        return builder.finish()
    }

    /// Of the keys, uids and versions of everything that is compared: `PlanInputs.live`.
    public var liveDigest: Digest {
        var builder = DigestBuilder()
        for (key, object) in compared.sorted(by: { $0.key < $1.key }) {
            builder.update(field: key.description)
            builder.update(field: object.uid ?? "")
            builder.update(field: object.resourceVersion ?? "")
        }
        return builder.finish()
    }
}
