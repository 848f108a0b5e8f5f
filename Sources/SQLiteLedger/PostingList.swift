internal import EventLog
internal import GRDB

/// The positions under some entries of the index, in one direction.
///
/// Every entry has its positions in order, so events under several entries at once are found by letting
/// the lists leap over each other: each goes straight to the next place where all could agree. That takes
/// about as many steps as the shortest list has places in that range.
/// Source: T. Veldhuizen, Leapfrog Triejoin, https://arxiv.org/abs/1210.0481
struct PostingList {
    private var cursors: [Cursor]
    private let isDescending: Bool

    /// - Parameter entries: Any of them; none means that there is no position.
    init(_ db: Database, anyOf entries: [IndexEntry], isDescending: Bool) throws {
        self.isDescending = isDescending
        cursors = try entries.map { try Cursor(db, $0, isDescending) }
    }

    /// The first position at or beyond `target`; `nil` when there is none.
    mutating func seek(_ target: Int64) throws -> Int64? {
        var nearest: Int64?
        for index in cursors.indices {
            guard let position = try cursors[index].seek(target) else { continue }
            nearest =
                nearest.map { isDescending ? max($0, position) : min($0, position) } ?? position
        }
        return nearest
    }

    /// One entry and the place reached in it.
    private struct Cursor {
        private let statement: RawStatement
        private let isDescending: Bool
        private var current: Int64?
        private var isBegun = false

        /// Stepping on is cheaper than looking up anew, up to about here.
        private static let stepsBeforeSeek = 8

        init(_ db: Database, _ entry: IndexEntry, _ isDescending: Bool) throws {
            self.isDescending = isDescending
            statement = try RawStatement(
                db,
                """
                SELECT position FROM subject WHERE kind = ? AND value = ? \
                AND position \(isDescending ? "<=" : ">=") ? \
                ORDER BY position \(isDescending ? "DESC" : "ASC")
                """)
            statement.bind(1, entry.kind.rawValue)
            statement.bind(2, entry.value)
        }

        mutating func seek(_ target: Int64) throws -> Int64? {
            if isBegun {
                for _ in 0..<Self.stepsBeforeSeek {
                    guard let position = current else { return nil }
                    if isDescending ? position <= target : position >= target { return position }
                    current = try statement.step() ? statement.integer(0) : nil
                }
            }
            isBegun = true
            statement.reset()
            statement.bind(3, target)
            current = try statement.step() ? statement.integer(0) : nil
            return current
        }
    }
}
