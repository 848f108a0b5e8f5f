import Model

/// One column of what `kubectl get` prints.
struct TableColumn: Sendable {
    var name: String
    /// `string`, `integer`, `boolean`, `number` or `date`.
    var type: String
    var format: String
    /// Empty where the sandbox has none.
    var description: String
    /// 0 is always shown, more only with `-o wide`.
    var priority: Int64
    var cell: @Sendable (Node, Timestamp) -> Node

    init(
        _ name: String, type: String = "string", format: String = "", wide: Bool = false,
        description: String = "",
        _ cell: @escaping @Sendable (Node, Timestamp) -> Node
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        priority = wide ? 1 : 0
        self.cell = cell
    }

    /// What the documents of the API say of `metadata`.
    private enum Description {
        static let name =
            "Name must be unique within a namespace. Is required when creating resources, although "
            + "some resources may allow a client to request the generation of an appropriate name "
            + "automatically. Name is primarily intended for creation idempotence and configuration "
            + "definition. Cannot be updated. More info: "
            + "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
        static let creationTimestamp =
            "CreationTimestamp is a timestamp representing the server time when this object was "
            + "created. It is not guaranteed to be set in happens-before order across separate "
            + "operations. Clients may not set this value. It is represented in RFC3339 form and is "
            + "in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
            + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"
            + "#metadata"
    }

    static let name = TableColumn("Name", format: "name", description: Description.name) {
        object, _ in
        object["metadata"]?["name"] ?? ""
    }

    static let age = TableColumn("Age", description: Description.creationTimestamp) { object, now in
        .string(ageText(object["metadata"]?["creationTimestamp"], now))
    }

    static let createdAt = TableColumn(
        "Created At", type: "date", description: Description.creationTimestamp
    ) { object, _ in
        object["metadata"]?["creationTimestamp"] ?? .null
    }
}

/// How much of each object a table row carries: `includeObject` of the request.
enum RowObject: String, Sendable {
    case none = "None"
    case metadata = "Metadata"
    case object = "Object"
}

/// The Table that stands for these objects.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
func table(
    _ objects: [Node], columns: [TableColumn], metadata: Node, version: String,
    rowObject: RowObject, now: Timestamp
) -> Node {
    [
        "kind": "Table",
        "apiVersion": .string("meta.k8s.io/\(version)"),
        "metadata": metadata,
        "columnDefinitions": .array(
            columns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type),
                    "format": .string(column.format), "description": .string(column.description),
                    "priority": .int(column.priority),
                ]
            }),
        "rows": .array(
            objects.map { object in
                var row: Node = ["cells": .array(columns.map { $0.cell(object, now) })]
                switch rowObject {
                case .none: row["object"] = nil
                case .metadata: row["object"] = partialObject(object, version: version)
                case .object: row["object"] = object
                }
                return row
            }),
    ]
}

/// Only the metadata of an object.
func partialObject(_ object: Node, version: String) -> Node {
    [
        "kind": "PartialObjectMetadata",
        "apiVersion": .string("meta.k8s.io/\(version)"),
        "metadata": object["metadata"] ?? .object(Mapping()),
    ]
}

/// How long ago a time was, in the words of kubectl: `5s`, `3m20s`, `4h`, `12d`, `2y10d`.
///
/// Source: https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/util/duration/duration.go (HumanDuration)
func ageText(_ time: Node?, _ now: Timestamp) -> String {
    guard let text = time?.stringValue, let then = Timestamp(text) else { return "<unknown>" }
    return durationText(now.seconds - then.seconds)
}

func durationText(_ total: Int64) -> String {
    if total < -1 { return "<invalid>" }
    if total <= 0 { return "0s" }
    if total < 120 { return "\(total)s" }
    let minutes = total / 60
    if minutes < 10 { return total % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(total % 60)s" }
    if minutes < 180 { return "\(minutes)m" }
    let hours = total / 3600
    if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 192 { return hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h" }
    if days < 730 { return "\(days)d" }
    let years = days / 365
    if days < 8 * 365 { return days % 365 == 0 ? "\(years)y" : "\(years)y\(days % 365)d" }
    return "\(years)y"
}
