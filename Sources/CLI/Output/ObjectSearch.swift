internal import EventLog
internal import Model
internal import Projections
internal import Server

/// The objects that an address can mean, as they were at a moment.
struct ObjectSearch {
    let ledger: any LedgerReading
    let address: ObjectAddress
    /// Only in this environment; `nil` for any.
    var environment: String?
    /// As of this event; `nil` for now.
    var position: Int64?
    /// A state that was folded for this search; `nil` reads the rows that bear the name.
    var state: LedgerState?

    struct Found {
        var place: ObjectPlace
        var row: ObjectRow
    }

    /// The one object that is meant.
    func only() async throws -> Found {
        let found = try await candidates()
        guard let first = found.first else {
            throw CommandError(
                "\(address) was never seen", try: "tidemark status APP lists the objects")
        }
        guard found.count == 1 else {
            let places = found.map { "\($0.place.environment): \(CLI.address($0.place.key))" }
            throw CommandError(
                "\(address) means \(found.count) objects",
                because: places.joined(separator: "; "), try: "name --env and --namespace")
        }
        return first
    }

    private func candidates() async throws -> [Found] {
        let known: LedgerState =
            if let state { state } else {
                try await ledger.present(of: .objects(named: address.name))
            }
        var found: [Found] = []
        for (text, row) in known.objects.all.sorted(by: { $0.key < $1.key }) {
            guard let place = ObjectPlace(text), address.matches(place.key),
                environment == nil || environment == place.environment
            else { continue }
            guard state == nil, let position else {
                found.append(Found(place: place, row: row))
                continue
            }
            // Any object may have been seen later than it was there.
            guard row.firstSeen <= position,
                let then = try await ledger.object(place.key, in: place.environment, at: position)
            else { continue }
            found.append(Found(place: place, row: then))
        }
        return found
    }
}
