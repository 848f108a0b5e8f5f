/// What is not known because the payload of an event is gone.
struct GoneEvents: Sendable {
    /// Nouns that may be in any state until their next event.
    private var unknown: Set<String> = []
    /// Syncs some of whose steps are not known.
    private var syncs: Set<String> = []

    /// Notes an event of which only the envelope is left.
    mutating func note(_ envelope: Envelope) {
        let subjects = envelope.subjects
        unknown.insert(envelope.stream)
        syncs.insert(envelope.stream)
        for name in [subjects.repository, subjects.application] {
            if let name { unknown.insert(name) }
        }
        if let object = subjects.object {
            unknown.insert("\(subjects.environment ?? "")|\(object)")
        }
    }

    /// Whether a noun may be in any state before this event; afterwards its state is known again.
    mutating func isUnknown(_ name: String, of envelope: Envelope) -> Bool {
        if unknown.isEmpty { return false }
        // Pushes are named by their commit, which only the payload had.
        if let repository = envelope.subjects.repository, name.hasPrefix("\(repository)|") {
            return unknown.contains(repository)
        }
        return unknown.remove(name) != nil
    }

    func knowsNoSteps(of sync: String) -> Bool { syncs.contains(sync) }
}
