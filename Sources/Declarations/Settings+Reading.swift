internal import Digests
public import Model
internal import YAML

/// The settings that a `tidemark.yaml` holds.
///
/// - Throws: Every mistake in it, each with file, line and field.
public func readSettings(_ bytes: [UInt8], file: String) throws(Problems) -> Settings {
    let documents = try parseYAML(bytes, file: file)
    guard let document = documents.first else {
        throw Problems([
            Problem(
                at: SourceLocation(file: file), "is empty", hint: "tidemark init writes a first one"
            )
        ])
    }
    var reading = StrictReading(document, file: file)
    if documents.count > 1 { reading.refuse(.root, "has more than one document") }
    let settings = Settings(&reading)
    guard let settings, reading.problems.isEmpty else { throw Problems(reading.problems) }
    return settings
}

/// The fields of every object in `tidemark.yaml`, as `schema/tidemark.schema.json` has them too.
enum SettingsFields {
    static let root = [
        "ledger", "keys", "repositories", "applications", "environments", "promotion",
        "identities", "modes", "charts", "approvals", "allowedSigners", "selfHeal", "socket",
        "checkpoints", "witnesses", "anchor",
    ]
    static let repository = [
        "name", "type", "url", "credentials", "poll", "deadline", "signatures", "caFile",
    ]
    static let signatures = ["allowedSigners", "keyring", "require"]
    static let chartRules = ["lookup", "renderer"]
    static let approvalRule = ["count", "authentication", "notAuthor"]
    static let credentials = [
        "username", "passwordFile", "passwordEnvironment", "tokenFile", "tokenEnvironment",
        "sshKeyFile", "sshPassphraseFile", "sshPassphraseEnvironment",
    ]
    static let applicationFolder = ["repository", "revision", "path", "recurse"]
    static let environment = [
        "name", "kubeconfig", "context", "sandbox", "server", "mode", "deadline", "requireApproval",
    ]
    static let sandbox = ["data", "port"]
    static let identity = ["name", "accounts"]
    static let socket = ["path", "group"]
    static let selfHeal = ["duration", "factor", "maxDuration"]
    static let checkpoints = ["every", "events"]
    static let witness = ["url", "key"]
    static let anchor = ["repository", "branch"]
}

extension Settings {
    init?(_ reading: inout StrictReading) {
        guard reading.root.objectValue != nil else {
            reading.refuse(.root, "is no object")
            return nil
        }
        _ = reading.hasObject(.root, known: SettingsFields.root)
        self.init(
            repositories: reading.elements(FieldPath("repositories"))
                .compactMap { Repository(&reading, $0) },
            applications: Self.folders(&reading),
            environments: reading.elements(FieldPath("environments"))
                .compactMap { Environment(&reading, $0) },
            promotion: reading.strings(FieldPath("promotion")),
            identities: reading.elements(FieldPath("identities"))
                .compactMap { Identity(&reading, $0) },
            modes: Self.modes(&reading),
            approvals: Self.approvals(&reading),
            selfHeal: SelfHealBackoff(&reading, FieldPath("selfHeal")),
            digest: Digest(of: canonicalJSON(reading.root)))
        ledger = Self.file(&reading, FieldPath("ledger")) ?? ledger
        keys = Self.file(&reading, FieldPath("keys")) ?? keys
        socket = Socket(&reading, FieldPath("socket"))
        allowedSigners = Self.file(&reading, FieldPath("allowedSigners"))
        checkpoints = Checkpoints(&reading, FieldPath("checkpoints"))
        witnesses = reading.elements(FieldPath("witnesses")).compactMap { Witness(&reading, $0) }
        anchor = Anchor(&reading, FieldPath("anchor"))
        charts = Self.charts(&reading)
        checkReferences(&reading)
    }

    /// A path that is not empty; `nil` when it is absent or wrong.
    private static func file(_ reading: inout StrictReading, _ path: FieldPath) -> String? {
        reading.node(path) == nil ? nil : reading.requiredString(path)
    }

    /// One folder, or a list of them.
    private static func folders(_ reading: inout StrictReading) -> [ApplicationFolder] {
        let path = FieldPath("applications")
        if reading.node(path)?.objectValue != nil {
            return [ApplicationFolder(&reading, path)].compactMap { $0 }
        }
        return reading.elements(path).compactMap { ApplicationFolder(&reading, $0) }
    }

    private static func modes(_ reading: inout StrictReading) -> [String: Mode] {
        let path = FieldPath("modes")
        var modes: [String: Mode] = [:]
        for application in reading.mapping(path)?.keys ?? [] {
            modes[application] = reading.choice(path.appending(application))
        }
        return modes
    }
}

extension Settings.ApplicationFolder {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.hasObject(path, known: SettingsFields.applicationFolder) else { return nil }
        let repository = reading.requiredString(path.appending("repository"))
        let revision = reading.string(path.appending("revision")) ?? ""
        let folder = reading.repositoryPath(path.appending("path"), isRequired: false)
        let recurse = reading.bool(path.appending("recurse")) ?? false
        guard let repository, let folder else { return nil }
        self.init(
            repository: repository, revision: revision.isEmpty ? "HEAD" : revision, path: folder,
            recurse: recurse)
    }
}

extension Settings.Identity {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.hasObject(path, known: SettingsFields.identity) else { return nil }
        let name = reading.requiredString(path.appending("name"))
        let accounts = reading.strings(path.appending("accounts"))
        guard let name else { return nil }
        self.init(name: name, accounts: accounts)
    }
}

extension Settings.Socket {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self.init()
        guard reading.node(path) != nil, reading.hasObject(path, known: SettingsFields.socket)
        else { return }
        func text(_ name: String) -> String? {
            let field = path.appending(name)
            return reading.node(field) == nil ? nil : reading.requiredString(field)
        }
        self.path = text("path")
        group = text("group")
    }
}

extension Settings.SelfHealBackoff {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self = .standard
        guard reading.node(path) != nil, reading.hasObject(path, known: SettingsFields.selfHeal)
        else { return }
        duration = reading.duration(path.appending("duration")) ?? duration
        factor = reading.integer(path.appending("factor"), in: backoffFactors) ?? factor
        maxDuration = reading.duration(path.appending("maxDuration")) ?? maxDuration
    }
}
