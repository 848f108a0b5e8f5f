public import Model

/// Reads what a manifest's annotations say about its own sync.
///
/// What Argo CD would overlook (a wave that is no number, an unknown hook type) and what this release does
/// not support is a problem that names the annotation and its value; the directives then have the default there.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ and
/// https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks
public func readDirectives(_ node: Node, origin: SourceLocation)
    -> (directives: ResourceDirectives, problems: [Problem])
{
    var reading = DirectiveReading(node, origin: origin)
    var directives = ResourceDirectives()
    reading.refuseUnknown()
    directives.role = reading.role()
    directives.wave = reading.wave()
    if directives.isHook { directives.deletePolicies = reading.deletePolicies() }
    reading.readSyncOptions(into: &directives)
    reading.readCompareOptions(into: &directives)
    if let text = reading.text(.ignoreHealth) {
        directives.ignoresHealth = text == "true"
        if text != "true", text != "false" { reading.refuse(.ignoreHealth, text) }
    }
    return (directives, reading.problems)
}

/// The annotations that are read here.
private enum Annotation: String, CaseIterable {
    case wave = "argocd.argoproj.io/sync-wave"
    case hook = "argocd.argoproj.io/hook"
    case deletePolicy = "argocd.argoproj.io/hook-delete-policy"
    case syncOptions = "argocd.argoproj.io/sync-options"
    case compareOptions = "argocd.argoproj.io/compare-options"
    case ignoreHealth = "argocd.argoproj.io/ignore-healthcheck"
    case helmHook = "helm.sh/hook"
    case helmWeight = "helm.sh/hook-weight"
    case helmDeletePolicy = "helm.sh/hook-delete-policy"
    case helmResourcePolicy = "helm.sh/resource-policy"
}

private struct DirectiveReading {
    private let annotations: Mapping
    private let kind: String
    private let origin: SourceLocation
    private(set) var problems: [Problem] = []

    init(_ node: Node, origin: SourceLocation) {
        annotations = node["metadata"]?["annotations"]?.objectValue ?? Mapping()
        kind = node["kind"]?.stringValue ?? "object"
        self.origin = origin
    }

    mutating func refuse(_ annotation: Annotation, _ value: String, hint: String? = nil) {
        refuse(
            annotation.rawValue, "\"\(value)\" is not supported by this release", hint: hint)
    }

    private mutating func refuse(_ key: String, _ message: String, hint: String? = nil) {
        problems.append(
            Problem(
                at: origin, field: FieldPath("metadata", "annotations", key), message, hint: hint))
    }

    /// The annotation's text, or `nil`; a value that is no string is a mistake of its own.
    mutating func text(_ annotation: Annotation) -> String? {
        switch annotations[annotation.rawValue] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?:
            refuse(
                annotation.rawValue, "must be a string, not a \(other.kindName)",
                hint: "put the value in quotes")
            return nil
        }
    }

    /// The parts of a comma-separated annotation; `nil` when it is absent.
    private mutating func parts(_ annotation: Annotation) -> [String]? {
        text(annotation)?.split(separator: ",").map(trimmed).filter { !$0.isEmpty }
    }

    /// Annotations of Argo CD that mean something there and nothing here.
    mutating func refuseUnknown() {
        let prefix = "argocd.argoproj.io/"
        for key in annotations.keys where key.hasPrefix(prefix) {
            // The tracking id is written by whoever applies; a copy in Git is replaced.
            if Annotation(rawValue: key) != nil || key == prefix + "tracking-id" { continue }
            refuse(
                key, "this annotation is not supported by this release",
                hint: suggestion(for: key, among: Annotation.allCases.map(\.rawValue)))
        }
    }
}

// MARK: - Hooks

extension DirectiveReading {
    mutating func role() -> ResourceDirectives.Role {
        if let types = parts(.hook) {
            // Any hook type of Argo CD: those of Helm are not looked at.
            return role(ofTypes: types)
        }
        guard let types = parts(.helmHook), types != ["crd-install"] else { return .resource }
        var phases: Set<ResourceDirectives.Phase> = []
        for type in types {
            switch type {
            case "pre-install", "pre-upgrade": phases.insert(.preSync)
            case "post-install", "post-upgrade": phases.insert(.postSync)
            // Argo CD runs neither tests nor Helm's roll-backs.
            case "test", "test-success", "test-failure", "pre-rollback", "post-rollback": break
            case "pre-delete": phases.insert(.preDelete)
            case "post-delete": phases.insert(.postDelete)
            default: refuse(.helmHook, type)
            }
        }
        return phases.isEmpty ? .skipped : .hook(phases.sorted())
    }

    private mutating func role(ofTypes types: [String]) -> ResourceDirectives.Role {
        if types == ["Skip"] { return .skipped }
        var phases: Set<ResourceDirectives.Phase> = []
        for type in types where type != "Skip" {
            if let phase = ResourceDirectives.Phase(rawValue: type) {
                phases.insert(phase)
            } else {
                refuse(
                    .hook, type,
                    hint: suggestion(
                        for: type,
                        among: ResourceDirectives.Phase.allCases.map(\.rawValue) + ["Skip"]))
            }
        }
        if types.isEmpty { refuse(.hook, "") }
        return phases.isEmpty ? .skipped : .hook(phases.sorted())
    }

    mutating func wave() -> Int {
        for annotation in [Annotation.wave, .helmWeight] {
            guard let text = text(annotation) else { continue }
            if let wave = Int(text), Int32(exactly: wave) != nil { return wave }
            refuse(annotation.rawValue, "\"\(text)\" is no whole number")
            return 0
        }
        return 0
    }

    mutating func deletePolicies() -> Set<ResourceDirectives.DeletePolicy> {
        var policies: Set<ResourceDirectives.DeletePolicy> = []
        for name in parts(.deletePolicy) ?? [] {
            if let policy = ResourceDirectives.DeletePolicy(rawValue: name) {
                policies.insert(policy)
            } else {
                refuse(
                    .deletePolicy, name,
                    hint: suggestion(
                        for: name,
                        among: ResourceDirectives.DeletePolicy.allCases.map(\.rawValue)))
            }
        }
        for name in parts(.helmDeletePolicy) ?? [] {
            switch name {
            case "hook-succeeded": policies.insert(.hookSucceeded)
            case "hook-failed": policies.insert(.hookFailed)
            case "before-hook-creation": policies.insert(.beforeHookCreation)
            default: refuse(.helmDeletePolicy, name)
            }
        }
        return policies.isEmpty ? [.beforeHookCreation] : policies
    }
}

// MARK: - Options

extension DirectiveReading {
    mutating func readSyncOptions(into directives: inout ResourceDirectives) {
        var said: Set<String> = []
        for text in parts(.syncOptions) ?? [] {
            let option = NamedOption(text)
            guard said.insert(option.name).inserted else {
                refuse(
                    Annotation.syncOptions.rawValue,
                    "the sync option \(option.name) is given twice")
                continue
            }
            switch (option.name, option.isOn) {
            case ("Prune", let isOn?): directives.prunes = isOn
            case ("PruneLast", let isOn?): directives.prunesLast = isOn
            case ("Delete", let isOn?): directives.deletesWithApplication = isOn
            // Every apply is server-side already.
            case ("ServerSideApply", true?): break
            default:
                let refusal = option.refusal(supported: [
                    "Prune", "PruneLast", "Delete", "ServerSideApply",
                ])
                refuse(Annotation.syncOptions.rawValue, refusal.message, hint: refusal.hint)
            }
        }
        switch text(.helmResourcePolicy) {
        case nil: break
        case "keep"?: directives.deletesWithApplication = false
        case let other?: refuse(.helmResourcePolicy, other)
        }
    }

    mutating func readCompareOptions(into directives: inout ResourceDirectives) {
        for text in parts(.compareOptions) ?? [] {
            if text == "IgnoreExtraneous" {
                directives.ignoresExtraneous = true
            } else {
                refuse(
                    .compareOptions, text, hint: suggestion(for: text, among: ["IgnoreExtraneous"]))
            }
        }
    }
}

private func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return String(rest)
}
