import Foundation
import GRDB
import Model
import YAML

extension ObjectStorage {
    /// `body` and `previous` are JSON; `change` holds the last writes, and its newest row the counter.
    static let tables = """
        CREATE TABLE IF NOT EXISTS object (
            resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
            version INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (resource, namespace, name)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS change (
            version INTEGER PRIMARY KEY, kind TEXT NOT NULL,
            resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
            body BLOB NOT NULL, previous BLOB
        );
        """

    /// A new cluster starts here, so that small resourceVersions belong to a past nobody remembers.
    static let firstResourceVersion: Int64 = 100

    struct Loaded: Sendable {
        var objects: [StoredObject] = []
        var history: [StoredChange] = []
        var resourceVersion: Int64 = ObjectStorage.firstResourceVersion
    }

    static func load(_ db: Database) throws -> Loaded {
        var loaded = Loaded()
        let objects = try Row.fetchCursor(
            db, sql: "SELECT resource, namespace, name, version, body FROM object")
        while let row = try objects.next() {
            loaded.objects.append(
                StoredObject(
                    key: StorageKey(resource: row[0], namespace: row[1], name: row[2]),
                    resourceVersion: row[3], node: try parseJSON([UInt8](row[4] as Data))))
        }
        let changes = try Row.fetchCursor(
            db,
            sql: """
                SELECT version, kind, resource, namespace, name, body, previous
                FROM change ORDER BY version
                """)
        while let row = try changes.next() {
            let previous: Data? = row[6]
            guard let kind = StoredChange.Kind(rawValue: row[1]) else { continue }
            loaded.history.append(
                StoredChange(
                    kind: kind,
                    key: StorageKey(resource: row[2], namespace: row[3], name: row[4]),
                    resourceVersion: row[0], node: try parseJSON([UInt8](row[5] as Data)),
                    previous: try previous.map { try parseJSON([UInt8]($0)) }))
        }
        if let last = loaded.history.last { loaded.resourceVersion = last.resourceVersion }
        return loaded
    }

    static func store(_ change: StoredChange, in db: Database) throws {
        let key = change.key
        let body = Data(printJSON(change.node))
        if change.kind == .deleted {
            try db.cachedStatement(
                sql: "DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?"
            ).execute(arguments: [key.resource, key.namespace, key.name])
        } else {
            try db.cachedStatement(
                sql: """
                    INSERT INTO object (resource, namespace, name, version, body)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body
                    """
            ).execute(
                arguments: [key.resource, key.namespace, key.name, change.resourceVersion, body])
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO change (version, kind, resource, namespace, name, body, previous)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                change.resourceVersion, change.kind.rawValue, key.resource, key.namespace,
                key.name, body, change.previous.map { Data(printJSON($0)) },
            ])
    }
}
