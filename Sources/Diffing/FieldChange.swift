public import Model

/// One field in which the cluster differs from Git.
public struct FieldChange: Hashable, Sendable {
    public var path: FieldPath
    /// What Git wants; `nil` when the field is to disappear.
    public var desired: Node?
    /// What is in the cluster; `nil` when it is missing there.
    public var live: Node?
    /// Whether the two cannot be compared, because they are secrets of which at least one is known only as
    /// a token under another key.
    public var isUnknown: Bool

    public init(path: FieldPath, desired: Node?, live: Node?, isUnknown: Bool = false) {
        self.path = path
        self.desired = desired
        self.live = live
        self.isUnknown = isUnknown
    }
}
