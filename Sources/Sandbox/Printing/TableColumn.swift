import Model

/// One column of what `kubectl get` prints.
struct TableColumn: Sendable {
    var name: String
    /// `string`, `integer`, `boolean`, `number` or `date`.
    var type: String
    var format: String
    /// 0 is always shown, more only with `-o wide`.
    var priority: Int64
    var cell: @Sendable (Node, Timestamp) -> Node

    init(
        _ name: String, type: String = "string", format: String = "", wide: Bool = false,
        _ cell: @escaping @Sendable (Node, Timestamp) -> Node
    ) {
        self.name = name
        self.type = type
        self.format = format
        priority = wide ? 1 : 0
        self.cell = cell
    }

    static let name = TableColumn("Name", format: "name") { object, _ in
        object["metadata"]?["name"] ?? ""
    }

    static let age = TableColumn("Age") { object, now in
        .string(ageText(object["metadata"]?["creationTimestamp"], now))
    }

    static let createdAt = TableColumn("Created At", type: "date") { object, _ in
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
                    "format": .string(column.format), "description": "",
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
