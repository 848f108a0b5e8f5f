public import Digests

/// An archive of a ledger, as the ledger's own event names it.
public struct RecordedArchive: Equatable, Sendable {
    /// Of the `ledger.archived`.
    public var position: Int64
    /// The payloads of the events after this one, up to `through`, were moved.
    public var after: Int64
    public var through: Int64
    /// SHA-256 of the file.
    public var digest: Digest
    /// Of the file, without its folder, as it was when it was written.
    public var name: String?

    public init(_ archived: LedgerArchived, at position: Int64, after: Int64) {
        self.position = position
        self.after = after
        through = archived.through
        digest = archived.archive
        name = archived.file
    }

    /// Such as `2025.db (events 1 to 400, recorded as @512, SHA-256 1f0a39b2c4d5)`.
    public var text: String {
        """
        \(name ?? "a file") (events \(after + 1) to \(through), recorded as @\(position), \
        SHA-256 \(digest.shortText))
        """
    }

    /// The files, one after another.
    public static func text(_ archives: [RecordedArchive]) -> String {
        archives.map(\.text).joined(separator: ", ")
    }

    /// How all of them are named to a command.
    public static func options(_ archives: [RecordedArchive]) -> String {
        archives.map { "--archive \($0.name ?? "FILE")" }.joined(separator: " ")
    }
}
