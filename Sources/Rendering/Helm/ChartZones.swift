internal import Digests
internal import GoTemplate

/// The time zones that templates may name, such as `Europe/Berlin`.
///
/// Their rules change with the years and are of the machine that renders, so they are an input like others: what is
/// noted of a zone is the digest of its file.
public struct ChartZones: Sendable {
    /// The bytes of a zone's file (RFC 9636); `nil` when there is none of that name.
    public var file: @Sendable (_ name: String) -> [UInt8]?

    public init(file: @escaping @Sendable (_ name: String) -> [UInt8]?) { self.file = file }

    /// Knows UTC alone.
    public static let none = ChartZones { _ in nil }

    /// What is noted of a name that is not known.
    public static let unknown = "unknown"

    /// Names that could lead to other files are not asked for.
    func rules(_ reads: ChartReads) -> @Sendable (String) -> TimeZoneRules? {
        { name in
            let bytes = TimeZoneRules.isName(name) ? file(name) : nil
            reads.note(.zone(name)) { bytes.map { Digest(of: $0).description } ?? Self.unknown }
            return bytes.flatMap { TimeZoneRules(name: name, file: $0) }
        }
    }
}
