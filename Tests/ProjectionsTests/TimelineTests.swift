import EventLog
import Foundation
import Model
import Projections
import TestSupport
import Testing

/// The lines of the timeline, for one filled instance of every event: the vectors of the format.
@Suite("Lines of the timeline")
struct TimelineTests {
    @Test func everyEventHasItsLine() throws {
        let lines = try EventCodec.types.map { type in
            timelineText(of: try vector(type))
        }
        #expect(try goldenDifference(lines.joined(separator: "\n") + "\n", "timeline.txt") == nil)
    }

    private func check(
        _ type: String, _ expected: String, _ change: (inout RecordedEvent) -> Void
    ) throws {
        var event = try vector(type)
        change(&event)
        #expect(timelineText(of: event) == expected)
    }

    @Test func aPartThatIsMissingIsNotInvented() throws {
        try check("ref.moved", "ref moved  manifests main is at 9f3c1ab (by poll)") {
            $0.event = .refMoved(
                RefMoved {
                    $0.ref = "refs/heads/main"
                    $0.to = "9f3c1ab6d0"
                })
        }
        try check("health.changed", "health changed  api-gateway Healthy") {
            $0.envelope.subjects.object = nil
            $0.event = .healthChanged(HealthChanged { $0.to = .healthy })
        }
        try check("drift.detected", "drift detected  Deployment/api-gateway is missing") {
            $0.event = .driftDetected(DriftDetected { $0.verdict = .missing })
        }
        try check("sync.planned", "sync planned  sync-42 of api-gateway: nothing to do") {
            $0.event = .syncPlanned(SyncPlanned())
        }
        try check("sync.planned", "sync planned  (redacted)") { $0.event = nil }
    }

    @Test func whoAskedIsNamedAndAClaimIsCalledOne() throws {
        try check("sync.started", "sync started  sync-42 of api-gateway by uid:1000") {
            $0.envelope.actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)
        }
        try check("sync.started", "sync started  sync-42 of api-gateway by ada (asserted)") {
            $0.envelope.actor = Actor(kind: .user, id: "ada", authentication: .asserted)
        }
    }

    @Test func nothingRecordedMovesTheCursorOrReordersTheLine() throws {
        try check(
            "cluster.disconnected", "cluster disconnected  production: a b  [31mred c d"
        ) {
            $0.event = .clusterDisconnected(
                ClusterDisconnected { $0.reason = "a\nb \u{1B}[31mred\u{202E}c\u{2028}d" })
        }
    }

    @Test func aLongValueIsCut() throws {
        let event = try vector("drift.detected")
        var long = event
        let field = DriftDetected.Field {
            $0.live = "\"" + String(repeating: "x", count: 5000) + "\""
            $0.path = "data.text"
        }
        long.event = .driftDetected(DriftDetected { $0.fields = [field, field, field] })
        let line = timelineText(of: long)
        #expect(line.hasPrefix("drift detected  Deployment/api-gateway data.text (none) → \"xxx"))
        #expect(line.hasSuffix("x… and 2 more fields"))
        #expect(line.count < 140)
    }

    @Test func aJumpBackIsToldApartFromOneForward() throws {
        try check(
            "clock.jumped", "clock jumped  10m back to 1970-01-01T00:00:00Z"
        ) {
            $0.event = .clockJumped(ClockJumped { $0.from = Timestamp(seconds: 600) })
        }
    }
}

/// The filled instance of an event that `schema/vectors` holds, recorded about an object of a sync.
func vector(_ type: String) throws -> RecordedEvent {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appendingPathComponent("schema/vectors/events/\(type).v1.json")
    let event = try EventCodec.decode(
        type: type, version: 1, payload: Array(try Data(contentsOf: file)))
    let envelope = Envelope {
        $0.correlation = "sync-42"
        $0.occurredAt = Timestamp("2026-11-02T10:02:11Z") ?? $0.occurredAt
        $0.position = 1
        $0.stream = type == "plan.saved" ? "plan-17" : "sync-42"
        $0.streamVersion = 1
        $0.subjects = Subjects(
            application: "api-gateway", commit: "9f3c1ab6d0", environment: "production",
            object: ObjectKey(
                group: "apps", kind: "Deployment", namespace: "shop", name: "api-gateway"),
            repository: "manifests")
        $0.type = type
        $0.version = 1
    }
    return RecordedEvent(envelope: envelope, event: event)
}
