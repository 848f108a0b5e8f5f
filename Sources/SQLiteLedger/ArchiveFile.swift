internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB

/// A file that payloads and bodies were moved into, as `schema/FORMAT.md` says: written once, then only read.
///
/// It is a static log of `tlog-tiles` (the entries, the tree, a checkpoint), and beside it what the entries
/// promise: payloads with their salts, and bodies. Nothing of the ledger is needed to verify it.
struct ArchiveFile {
    /// "TIDA" in ASCII.
    static let applicationID = 0x5449_4441
    static let format = 1

    /// `schema/sql/0001-archive.sql`, word for word.
    static let schema = """
        -- An archive of a ledger, format 1. schema/FORMAT.md says what the bytes mean.

        CREATE TABLE resource (
            path TEXT PRIMARY KEY,
            bytes BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE payload (
            position INTEGER PRIMARY KEY,
            salt BLOB NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE blob (
            digest BLOB PRIMARY KEY,
            encoding INTEGER NOT NULL,
            size INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        """

    let db: Database

    func prepare() throws {
        try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(Self.format)")
        try db.execute(sql: Self.schema)
    }

    func insert(_ bytes: [UInt8], at path: String) throws {
        try db.cachedStatement(sql: "INSERT INTO resource (path, bytes) VALUES (?, ?)")
            .execute(arguments: [path, Data(bytes)])
    }

    func resource(_ path: String) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT bytes FROM resource WHERE path = ?", arguments: [path])
            .map { [UInt8]($0) }
    }
}

/// Builds the tiles of a log while its entries go by.
struct TileBuilder {
    private(set) var range = CompactRange()
    /// What the tile under way of each level has; by level of tiles.
    private var hashes: [Int: [Digest]] = [:]
    private var entries: [[UInt8]] = []
    private let put: (Tile, [UInt8]) throws -> Void

    /// - Parameter put: Takes each tile when it is full or the log ends.
    init(_ put: @escaping (Tile, [UInt8]) throws -> Void) { self.put = put }

    mutating func append(_ entry: [UInt8]) throws {
        for node in range.append(TreeHash.leaf(entry)) where node.address.level % 8 == 0 {
            let level = node.address.level / 8
            hashes[level, default: []].append(node.hash)
            if hashes[level]?.count == Tile.fullWidth {
                try putHashes(level, last: node.address.number)
            }
        }
        entries.append(entry)
        if entries.count == Tile.fullWidth { try putEntries() }
    }

    /// Hands over what is not full.
    mutating func finish() throws {
        for level in hashes.keys.sorted() where hashes[level]?.isEmpty == false {
            try putHashes(level, last: (range.size >> Int64(8 * level)) - 1)
        }
        if !entries.isEmpty { try putEntries() }
    }

    private mutating func putHashes(_ level: Int, last: Int64) throws {
        let full = hashes[level] ?? []
        hashes[level] = []
        let index = last / Int64(Tile.fullWidth)
        guard let tile = Tile(.hashes(level: level), index: index, width: full.count) else {
            return
        }
        try put(tile, full.flatMap { Array($0.bytes) })
    }

    private mutating func putEntries() throws {
        let index = (range.size - 1) / Int64(Tile.fullWidth)
        guard let tile = Tile(.entries, index: index, width: entries.count) else { return }
        try put(tile, EntryBundle.encode(entries))
        entries = []
    }
}

extension ArchiveFile {
    /// Checks an archive by itself: the tree over its entries, and all that it holds against them.
    ///
    /// - Returns: The size and the root of its tree.
    func verify() throws -> (size: Int64, root: Digest) {
        var expected: [Tile: [UInt8]] = [:]
        var builder = TileBuilder { tile, bytes in expected[tile] = bytes }
        var index: Int64 = 0
        // A bundle that is not full is the last one.
        while let (bundle, isFull) = try entries(index) {
            for entry in try EntryBundle.decode(bundle) {
                try builder.append(entry)
                try check(entry, position: builder.range.size)
            }
            if isFull { try compare(&expected) } else { break }
            index += 1
        }
        try builder.finish()
        try compare(&expected)
        let tree = (size: builder.range.size, root: builder.range.root)
        try checkCheckpoint(tree)
        try checkBlobs()
        let beyond = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM payload WHERE position > ?", arguments: [tree.size])
        guard beyond == 0 else { throw Self.broken("it holds payloads without an entry") }
        return tree
    }

    private func entries(_ index: Int64) throws -> ([UInt8], isFull: Bool)? {
        guard let tile = Tile(.entries, index: index) else { return nil }
        if let full = try resource(tile.path) { return (full, true) }
        let prefix = tile.path + ".p/"
        let partial = try Data.fetchOne(
            db, sql: "SELECT bytes FROM resource WHERE path >= ? AND path < ?",
            arguments: [prefix, prefix + ":"])
        return partial.map { ([UInt8]($0), false) }
    }

    private func check(_ entry: [UInt8], position: Int64) throws {
        let envelope = try RecordDecoder.decode(Envelope.self, from: entry)
        guard envelope.position == position else {
            throw Self.broken("entry \(position) is event \(envelope.position)")
        }
        let statement = try db.cachedStatement(
            sql: "SELECT salt, bytes FROM payload WHERE position = ?")
        guard let row = try GRDB.Row.fetchOne(statement, arguments: [position]) else { return }
        let salted = [UInt8](row[0] as Data) + [UInt8](row[1] as Data)
        guard Digest(of: salted) == envelope.payloadHash else {
            throw Self.broken("the payload of event \(position) has another hash")
        }
    }

    private func compare(_ expected: inout [Tile: [UInt8]]) throws {
        for (tile, bytes) in expected where try resource(tile.path) != bytes {
            throw Self.broken("\(tile.path) is not what the entries give")
        }
        expected = [:]
    }

    private func checkCheckpoint(_ tree: (size: Int64, root: Digest)) throws {
        let text = String(decoding: try resource("checkpoint") ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[1] == "\(tree.size)",
            lines[2] == Base64.encode(tree.root.bytes)
        else { throw Self.broken("the checkpoint is not that of the entries") }
    }

    private func checkBlobs() throws {
        let rows = try RawStatement(db, "SELECT digest, encoding, size, bytes FROM blob")
        while try rows.step() {
            let bytes = try? BlobEncoding.decode(
                rows.bytes(3), encoding: rows.integer(1), size: rows.integer(2))
            let name = hex(rows.bytes(0))
            guard let bytes, Digest(of: bytes).description == name else {
                throw Self.broken("blob \(name) has another digest")
            }
        }
    }

    private static func broken(_ reason: String) -> LedgerError {
        .corrupt(position: nil, reason: "the archive is not intact: \(reason)")
    }
}
