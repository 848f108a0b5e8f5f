import Digests
import EventLog
import Model
import Projections
import Testing

/// What rows tell of charts that lie in repositories of charts.
@Suite("Rows of charts")
struct ChartRowTests {
    private func sources(_ archive: String) -> [SourceRevision] {
        [
            SourceRevision {
                $0.chart = "web"
                $0.digest = Digest(of: archive)
                $0.repository = "charts"
                $0.version = "1.0.0"
            }
        ]
    }

    /// Adds a rendering of one chart.
    private func render(_ archive: String, of application: String, in script: inout Script) throws {
        try script.add("manifests.rendered", application) {
            $0.event = .manifestsRendered(ManifestsRendered { $0.sources = sources(archive) })
        }
    }

    /// Adds a sync that brought one chart.
    private func sync(
        _ name: String, _ archive: String, of application: String, end: String,
        in script: inout Script
    ) throws {
        try script.add("sync.requested", application, in: name)
        try script.add("sync.planned", application, in: name) {
            $0.event = .syncPlanned(SyncPlanned { $0.sources = sources(archive) })
        }
        try script.add(end, application, in: name)
    }

    @Test func thePresentRestsOnWhatIsRenderedAndOnTheLastTwoSyncsThatSucceeded() throws {
        var script = Script()
        for application in ["web", "shop", "gone"] {
            try script.add("application.declared", application)
        }
        for (name, archive, end) in [
            ("sync-1", "a", "sync.succeeded"), ("sync-2", "b", "sync.succeeded"),
            ("sync-3", "c", "sync.succeeded"), ("sync-4", "d", "sync.failed"),
        ] {
            try sync(name, archive, of: "web", end: end, in: &script)
        }
        try render("e", of: "web", in: &script)
        try sync("sync-5", "f", of: "shop", end: "sync.succeeded", in: &script)
        try sync("sync-6", "g", of: "gone", end: "sync.succeeded", in: &script)
        try render("h", of: "gone", in: &script)
        try script.add("application.removed", "gone")
        #expect(script.state.neededArchives == Set(["b", "c", "e", "f"].map { Digest(of: $0) }))
    }

    @Test func aDroppedRepositoryIsNotSaidToBeUnreachable() throws {
        var script = Script()
        for type in ["registered", "unreachable"] {
            try script.add("repository.\(type)", in: "repository/manifests")
        }
        try script.add("declarations.rejected", in: "repository/manifests")
        #expect(script.state.repositories["manifests"]?.unreachableSince != nil)
        #expect(script.state.repositories["manifests"]?.rejected.isEmpty == false)
        try script.add("repository.dropped", in: "repository/manifests")
        let row = try #require(script.state.repositories["manifests"])
        #expect(row.unreachableSince == nil && row.reason == nil && row.rejected.isEmpty)
    }
}
