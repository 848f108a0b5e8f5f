internal import Model

extension SyncPolicy {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self = .manual
        guard reading.node(path) != nil,
            reading.hasObject(
                path, known: ["automated", "retry", "syncOptions"],
                unsupported: [
                    "managedNamespaceMetadata":
                        "labels and annotations of the namespace are not supported yet by this "
                        + "release"
                ])
        else { return }
        automated = Self.automated(&reading, path.appending("automated"))
        options = SyncOptions(&reading, path.appending("syncOptions"))
        let whenAbsent: RetryPolicy = automated == nil ? .never : .automatic
        retry = RetryPolicy(&reading, path.appending("retry")) ?? whenAbsent
    }

    private static func automated(_ reading: inout StrictReading, _ path: FieldPath) -> Automated? {
        guard reading.node(path) != nil else {
            let policy = FieldPath(Array(path.steps.dropLast()))
            if reading.node(policy)?["automated"] != nil {
                reading.warn(
                    path, "is empty, so syncs stay manual", hint: "write {} to switch it on")
            }
            return nil
        }
        let known = ["prune", "selfHeal", "allowEmpty", "enabled"]
        guard reading.hasObject(path, known: known) else { return nil }
        let automated = Automated(
            prune: reading.bool(path.appending("prune")) ?? false,
            selfHeal: reading.bool(path.appending("selfHeal")) ?? false,
            allowEmpty: reading.bool(path.appending("allowEmpty")) ?? false)
        return reading.bool(path.appending("enabled")) ?? true ? automated : nil
    }
}

extension RetryPolicy {
    /// What `retry` says; `nil` when it is absent or wrong.
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil,
            reading.hasObject(path, known: ["limit", "backoff", "refresh"])
        else { return nil }
        let limit = reading.integer(path.appending("limit"), in: -1...Int.max) ?? 0
        self.init(limit: limit < 0 ? nil : limit)
        refresh = reading.bool(path.appending("refresh")) ?? false
        let backoff = path.appending("backoff")
        guard reading.node(backoff) != nil,
            reading.hasObject(backoff, known: ["duration", "factor", "maxDuration"])
        else { return }
        duration = reading.duration(backoff.appending("duration")) ?? duration
        factor = reading.integer(backoff.appending("factor"), in: backoffFactors) ?? factor
        maxDuration = reading.duration(backoff.appending("maxDuration")) ?? maxDuration
    }
}

/// What a pause may be multiplied by: enough for any use, and far from what a `Duration` cannot hold.
let backoffFactors = 1...1000

extension SyncOptions {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self = .standard
        var said: [String: FieldPath] = [:]
        for element in reading.elements(path) {
            guard let text = reading.requiredString(element) else { continue }
            let option = NamedOption(text)
            if said.updateValue(element, forKey: option.name) != nil {
                reading.refuse(element, "the sync option \(option.name) is given twice")
            } else if !set(option) {
                let refusal = option.refusal(supported: Self.names)
                reading.refuse(element, refusal.message, hint: refusal.hint)
            }
        }
    }

    private static var names: [String] {
        ["Prune", "CreateNamespace", "PruneLast", "ApplyOutOfSyncOnly", "ServerSideApply"]
    }

    /// Takes over one option; false when this release does not support it.
    private mutating func set(_ option: NamedOption) -> Bool {
        guard let isOn = option.isOn else { return false }
        switch option.name {
        case "Prune": prunes = isOn
        case "CreateNamespace": createsNamespace = isOn
        case "PruneLast": prunesLast = isOn
        case "ApplyOutOfSyncOnly": appliesOutOfSyncOnly = isOn
        // Every apply is server-side already.
        case "ServerSideApply": return isOn
        default: return false
        }
        return true
    }
}

/// One `Name=value`, as sync options are written.
struct NamedOption {
    var name: String
    /// `nil` without an equals sign.
    var value: String?

    init(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts.first ?? "")
        value = parts.count == 2 ? String(parts[1]) : nil
    }

    var isOn: Bool? {
        switch value {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// Why it is not taken, where `supported` are.
    func refusal(supported: [String]) -> (message: String, hint: String?) {
        let text = value.map { "\(name)=\($0)" } ?? name
        let isUnknown = !Self.argoCDNames.contains(name)
        return (
            isUnknown
                ? "\(text) is no sync option"
                : "the sync option \(text) is not supported here by this release",
            isUnknown ? suggestion(for: name, among: supported) : nil
        )
    }

    /// The sync options that Argo CD has.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
    static let argoCDNames: [String] = [
        "Prune", "Delete", "PruneLast", "PrunePropagationPolicy", "Validate",
        "SkipDryRunOnMissingResource", "ApplyOutOfSyncOnly", "Replace", "Force", "ServerSideApply",
        "ClientSideApplyMigration", "CreateNamespace", "FailOnSharedResource",
        "RespectIgnoreDifferences", "DisableClientSideApplyMigration",
    ]
}
