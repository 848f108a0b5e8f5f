internal import EventLog
internal import GRDB

/// A table, index or trigger of a file, as SQLite describes it.
struct SchemaObject: Hashable, Sendable {
    var type: String
    var name: String
    /// As it was written; empty for an index that SQLite made by itself.
    var sql: String

    var text: String { "\(type) \(name)" }
}

/// What a ledger file must be made of.
///
/// A guard that is gone lets bytes be changed that no honest program changes; a trigger that was added runs
/// with every append.
struct LedgerLayout: Sendable {
    /// In the order they are made in.
    let objects: [SchemaObject]
    let columns: [Column]

    struct Column: Sendable {
        var table: String
        var name: String
        /// `integer`, `text` or `blob`, as `typeof` says it.
        var storageClass: String
    }

    /// As `LedgerSchema` makes it.
    static func expected() throws -> LedgerLayout {
        let database = try DatabaseQueue()
        return try database.write { db in
            try db.execute(sql: LedgerSchema.format1)
            let objects = try objects(db)
            let columns = try objects.filter { $0.type == "table" }.flatMap { table in
                try db.columns(in: table.name).map {
                    Column(table: table.name, name: $0.name, storageClass: $0.type.lowercased())
                }
            }
            return LedgerLayout(objects: objects, columns: columns)
        }
    }

    /// Statistics of the query planner, which change no answer, are not looked at.
    /// Source: https://www.sqlite.org/fileformat2.html#stat1tab
    static func objects(_ db: Database) throws -> [SchemaObject] {
        let statement = try RawStatement(
            db,
            """
            SELECT type, name, coalesce(sql, '') FROM sqlite_schema
            WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY rowid
            """)
        defer { statement.reset() }
        var objects: [SchemaObject] = []
        while try statement.step() {
            objects.append(
                SchemaObject(
                    type: statement.text(0), name: statement.text(1), sql: statement.text(2)))
        }
        return objects
    }
}

extension LedgerLayout {
    /// Tables, indexes and triggers that are missing, changed or added.
    ///
    /// - Returns: The findings, and whether the tables are those that can be read.
    func findings(_ db: Database) throws -> (findings: [Finding], isReadable: Bool) {
        let found = try Self.objects(db)
        var findings: [Finding] = []
        var isReadable = true
        for object in objects where !found.contains(object) {
            let other = found.contains { $0.text == object.text }
            findings.append(
                Finding(
                    position: nil, object.text, expected: "as the format has it",
                    found: other ? "another definition" : "none"))
            if object.type == "table" { isReadable = false }
        }
        let names = Set(objects.map(\.text))
        for object in found where !names.contains(object.text) {
            findings.append(
                Finding(
                    position: nil, object.text, expected: "none", found: "one that was added"))
        }
        return (Array(findings.prefix(RecordVerifier.maxFindings)), isReadable)
    }

    /// Makes what is missing of the derived tables, the indexes and the guards.
    ///
    /// - Returns: How many objects were made.
    func restore(_ db: Database) throws -> Int {
        let found = Set(try Self.objects(db).map(\.text))
        let missing = objects.filter { !found.contains($0.text) && !$0.sql.isEmpty }
        for object in missing {
            guard object.type != "table" || Self.derived.contains(object.name) else {
                throw LedgerError.corrupt(
                    position: nil, reason: "\(object.text) is missing: nothing can make it anew")
            }
            try db.execute(sql: object.sql)
        }
        return missing.count
    }

    private static let derived: Set = [
        "tree_node", "checkpoint", "subject", "projection", "projection_row",
    ]

    /// Values of another storage class than their column has, such as a text where an integer belongs.
    ///
    /// SQLite does not let them in (the tables are STRICT), and they are not converted silently.
    func storageFindings(_ db: Database) throws -> [Finding] {
        var findings: [Finding] = []
        for table in objects where table.type == "table" {
            let columns = columns.filter { $0.table == table.name }
            let place = columns.contains { $0.name == "position" } ? "position" : "NULL"
            let statement = try RawStatement(
                db,
                "SELECT \(place), \(columns.map { "typeof(\($0.name))" }.joined(separator: ", ")) "
                    + "FROM \(table.name) WHERE "
                    + columns.map { "typeof(\($0.name)) <> '\($0.storageClass)'" }
                    .joined(separator: " OR "))
            defer { statement.reset() }
            while findings.count < RecordVerifier.maxFindings, try statement.step() {
                for (number, column) in columns.enumerated() {
                    let found = statement.text(Int32(number + 1))
                    guard found != column.storageClass else { continue }
                    findings.append(
                        Finding(
                            position: column.name == "position" || statement.isNull(0)
                                ? nil : statement.integer(0),
                            "\(table.name).\(column.name)",
                            expected: column.storageClass == "integer"
                                ? "an integer" : "a \(column.storageClass)", found: found))
                }
            }
        }
        return findings
    }
}
