public import Model

/// When the head of the tree is signed without being asked.
public struct CheckpointSchedule: Sendable {
    /// After this long, if there is anything new.
    public var every: Duration
    /// After so many events, however soon.
    public var events: Int64

    public init(every: Duration, events: Int64) {
        self.every = every
        self.events = events
    }

    /// - Parameters:
    ///   - last: When the last checkpoint was signed; `nil` before the first.
    ///   - news: How many events since then are news.
    public func isDue(now: Timestamp, last: Timestamp?, news: Int64) -> Bool {
        guard news > 0, let last else { return news > 0 }
        return news >= events || now - last >= every
    }

    /// Whether an event is about more than checkpoints themselves: those alone are no reason for another.
    ///
    /// - Parameter branch: To which checkpoints are pushed.
    public static func isNews(_ event: Event?, anchoredOn branch: String?) -> Bool {
        switch event {
        case .checkpointSigned, .checkpointWitnessed: false
        case .pushIntended(let push): push.branch != branch
        case .pushFinished(let push): push.branch != branch
        default: true
        }
    }
}
