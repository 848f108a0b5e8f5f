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
    ///   - last: The size of the last checkpoint and when it was signed; `nil` before the first.
    ///   - head: How many events there are.
    ///   - news: Whether one of those since the last checkpoint is news.
    public func isDue(
        now: Timestamp, last: (size: Int64, at: Timestamp)?, head: Int64, news: Bool
    ) -> Bool {
        guard head > 0 else { return false }
        guard let last else { return true }
        return head - last.size >= events || (news && now - last.at >= every)
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
