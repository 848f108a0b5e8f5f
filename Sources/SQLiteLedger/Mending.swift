/// What that is derived is made anew when a ledger is opened for writing, besides rows of the present that are
/// missing.
public enum Mending: Sendable {
    /// Nothing: whoever verifies a ledger wants to see what is wrong with it.
    case nothing
    /// Nodes of the tree that are missing. Surplus ones are an error: events may have been cut off.
    case missingNodes
    /// All nodes that are not what the envelopes give, derived tables, indexes and guards that are missing.
    case everything
}
