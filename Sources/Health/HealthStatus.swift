/// How well an object or an application is, in Argo CD's words.
///
/// Compares by how bad it is: `healthy < suspended < progressing < missing < degraded < unknown`.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
public enum HealthStatus: String, Hashable, Sendable, CaseIterable {
    case healthy = "Healthy"
    case suspended = "Suspended"
    case progressing = "Progressing"
    case missing = "Missing"
    case degraded = "Degraded"
    case unknown = "Unknown"

    private var badness: Int {
        switch self {
        case .healthy: 0
        case .suspended: 1
        case .progressing: 2
        case .missing: 3
        case .degraded: 4
        case .unknown: 5
        }
    }
}

extension HealthStatus: Comparable {
    /// Whether `b` is worse.
    public static func < (a: HealthStatus, b: HealthStatus) -> Bool { a.badness < b.badness }
}

/// A status and what there is to say about it.
public struct HealthAssessment: Hashable, Sendable {
    public var status: HealthStatus
    /// For people; empty when the status says it all.
    public var message: String

    public init(status: HealthStatus, message: String = "") {
        self.status = status
        self.message = message
    }
}

extension HealthAssessment {
    static func healthy(_ message: String = "") -> Self { Self(status: .healthy, message: message) }
    static func suspended(_ message: String) -> Self { Self(status: .suspended, message: message) }
    static func progressing(_ message: String = "") -> Self {
        Self(status: .progressing, message: message)
    }
    static func degraded(_ message: String = "") -> Self {
        Self(status: .degraded, message: message)
    }
    static func unknown(_ message: String = "") -> Self { Self(status: .unknown, message: message) }
}
