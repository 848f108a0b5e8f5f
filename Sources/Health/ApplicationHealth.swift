public import Model

/// One object of an application, as far as the application's health depends on it.
public struct ApplicationPart: Hashable, Sendable {
    public var key: ObjectKey
    public var isLive: Bool
    /// `nil` when its kind has no health, or when it says not to be counted (`ignoresHealthCheck`).
    public var health: HealthAssessment?

    public init(key: ObjectKey, isLive: Bool, health: HealthAssessment?) {
        self.key = key
        self.isLive = isLive
        self.health = health
    }

    /// - Parameter live: The object in the cluster; `nil` when it is missing there.
    public init(key: ObjectKey, live: Node?) {
        let health = live.flatMap { ignoresHealthCheck($0) ? nil : assessHealth($0) }
        self.init(key: key, isLive: live != nil, health: health)
    }
}

/// Whether an object's health does not count for its application.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#ignoring-child-resource-health-check-in-applications
public func ignoresHealthCheck(_ manifest: Node) -> Bool {
    manifest.annotation("argocd.argoproj.io/ignore-healthcheck") == "true"
}

/// The worst of what its objects have.
///
/// A single missing object does not make it worse, for that is what the sync status tells; an application
/// with objects of which none is live is Missing. A child `Application` that is Missing or Unknown does not
/// count. The message names the objects that make it so, at most three, ascending.
///
/// - Parameter parts: Without hooks and objects that are never applied.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/controller/health.go
public func applicationHealth(of parts: [ApplicationPart]) -> HealthAssessment {
    var worst = HealthStatus.healthy
    var causes: [ApplicationPart] = []
    for part in parts where part.counts {
        guard let status = part.health?.status, status != .healthy, status >= worst else {
            continue
        }
        if status > worst {
            worst = status
            causes = []
        }
        causes.append(part)
    }
    if !parts.isEmpty, !parts.contains(where: \.isLive), worst < .missing {
        return HealthAssessment(status: .missing)
    }
    return HealthAssessment(status: worst, message: text(of: causes))
}

extension ApplicationPart {
    fileprivate var counts: Bool {
        guard isLive, let status = health?.status else { return false }
        let isApplication = key.group == "argoproj.io" && key.kind == "Application"
        return !(isApplication && (status == .missing || status == .unknown))
    }
}

private func text(of causes: [ApplicationPart]) -> String {
    let most = 3
    var lines = causes.sorted { $0.key < $1.key }.prefix(most).map { cause in
        let message = cause.health?.message ?? ""
        return cause.key.shortText + (message.isEmpty ? "" : ": " + message)
    }
    if causes.count > most { lines.append("and \(causes.count - most) more") }
    return lines.joined(separator: "; ")
}
