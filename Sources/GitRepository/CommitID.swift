internal import CGit2
internal import Digests

/// The name of a commit: 40 hexadecimal digits in lower case.
public struct CommitID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Reads 40 hexadecimal digits of either case; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 40, text.utf8.allSatisfy(isHexadecimal) else { return nil }
        description = text.lowercased()
    }

    init(_ id: git_oid) {
        description = hex(withUnsafeBytes(of: id.id) { Array($0) })
    }

    /// The first seven digits, for people.
    public var short: String { String(description.prefix(7)) }

    var oid: git_oid {
        var id = git_oid()
        // Cannot fail: the text was checked when it was made.
        git_oid_fromstr(&id, description)
        return id
    }
}

extension CommitID: Comparable {
    public static func < (a: CommitID, b: CommitID) -> Bool { a.description < b.description }
}

func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        true
    default: false
    }
}
