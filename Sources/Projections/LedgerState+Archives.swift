public import Digests
internal import EventLog

extension LedgerState {
    /// The archives of charts that the present rests on: what is rendered now, and what the last two syncs of each
    /// application that succeeded had brought, to the earlier of which `explain` offers to go back.
    ///
    /// - Complexity: O(*n*) in the number of syncs.
    public var neededArchives: Set<Digest> {
        var needed: Set<Digest> = []
        for row in applications.all.values where !row.isRemoved {
            needed.formUnion(row.renderedSources?.compactMap(\.digest) ?? [])
        }
        var newest: [String: [SyncRow]] = [:]
        for row in syncs.all.values
        where row.phase == .succeeded && applications[row.application]?.isRemoved == false {
            var rows = newest[row.application, default: []] + [row]
            rows.sort { $0.requestedPosition > $1.requestedPosition }
            newest[row.application] = Array(rows.prefix(2))
        }
        for row in newest.values.joined() {
            needed.formUnion(row.plan?.sources?.compactMap(\.digest) ?? [])
        }
        return needed
    }
}
