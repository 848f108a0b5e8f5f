internal import EventLog
public import Model

/// Which rows of the present an answer needs, so that a store reads no others.
public struct RowSelection: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        /// Every row of a projection.
        case all(projection: String)
        case row(projection: String, key: String)
        /// The rows whose keys begin so.
        case prefix(projection: String, key: String)
        /// The rows whose keys end so.
        case suffix(projection: String, key: String)
        /// The rows whose stored bytes begin so.
        case value(projection: String, prefix: [UInt8])
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    public static func + (one: RowSelection, other: RowSelection) -> RowSelection {
        RowSelection(one.parts + other.parts)
    }
}

extension RowSelection {
    public static func application(_ name: String) -> RowSelection {
        RowSelection([.row(projection: "applications", key: name)])
    }

    public static let environments = RowSelection([.all(projection: "environments")])

    /// The row about the ledger itself.
    public static let ledger = RowSelection([.all(projection: "ledger")])

    /// Every application, environment, repository and plan, and the ledger's own row: what is not many.
    public static let declared = RowSelection(
        ["applications", "environments", "ledger", "plans", "pushes", "repositories"].map {
            .all(projection: $0)
        })

    public static func commits(_ ids: [String]) -> RowSelection {
        RowSelection(ids.map { .row(projection: "commits", key: $0) })
    }

    public static func sync(_ name: String) -> RowSelection {
        RowSelection([.row(projection: "syncs", key: name)])
    }

    public static func steps(of sync: String) -> RowSelection {
        RowSelection([.prefix(projection: "steps", key: "\(sync)/")])
    }

    public static func plan(_ name: String) -> RowSelection {
        RowSelection([.row(projection: "plans", key: name)])
    }

    /// The objects that an application has or had.
    public static func objects(of application: String) -> RowSelection {
        // The application is the first field of the row.
        var encoder = RecordEncoder.encode(ObjectRow { $0.application = application })
        let rest = RecordEncoder.encode(ObjectRow()).count - #"{"application":"""#.utf8.count
        encoder.removeLast(rest)
        return RowSelection([.value(projection: "objects", prefix: encoder)])
    }

    public static func object(_ key: ObjectKey, in environment: String) -> RowSelection {
        RowSelection([
            .row(projection: "objects", key: LedgerState.objectKey(environment, key))
        ])
    }

    /// The objects of this name in every environment and namespace, of every kind.
    public static func objects(named name: String) -> RowSelection {
        RowSelection([.suffix(projection: "objects", key: "/\(name)")])
    }

    /// Whether this row is asked for.
    public func contains(_ row: RowChange) -> Bool {
        parts.contains { part in
            switch part {
            case .all(let projection): row.projection == projection
            case .row(let projection, let key): row.projection == projection && row.key == key
            case .prefix(let projection, let key):
                row.projection == projection && row.key.utf8.starts(with: key.utf8)
            case .suffix(let projection, let key):
                row.projection == projection && row.key.hasSuffix(key)
            case .value(let projection, let prefix):
                row.projection == projection && row.bytes?.starts(with: prefix) == true
            }
        }
    }
}
