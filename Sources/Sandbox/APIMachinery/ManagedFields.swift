import Model
import YAML

/// Who writes: one entry of `managedFields` without its fields and time.
struct FieldOwner: Hashable, Sendable {
    enum Operation: String, Hashable, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    var manager: String
    var operation: Operation
    /// Not part of an applier's identity.
    var apiVersion: String
    var subresource: String

    private var identity: [String] {
        [manager, operation.rawValue, operation == .apply ? "" : apiVersion, subresource]
    }

    static func == (a: FieldOwner, b: FieldOwner) -> Bool { a.identity == b.identity }
    func hash(into hasher: inout Hasher) { hasher.combine(identity) }

    /// As conflicts name it: `"ed" with subresource "scale" using apps/v1`.
    var conflictText: String {
        var text = quoted(manager)
        if !subresource.isEmpty { text += " with subresource \(quoted(subresource))" }
        if operation == .update { text += " using \(apiVersion)" }
        return text
    }
}

/// The fields that each manager owns.
///
/// Source: https://github.com/kubernetes/apimachinery/tree/master/pkg/util/managedfields/internal
struct ManagedFields: Sendable {
    struct Entry: Sendable {
        var owner: FieldOwner
        var fields: FieldSet
        /// RFC 3339; absent when the manager has never changed a value.
        var time: String?
    }

    var entries: [Entry] = []

    subscript(owner: FieldOwner) -> Entry? {
        get { entries.first { $0.owner == owner } }
        set {
            if let index = entries.firstIndex(where: { $0.owner == owner }) {
                if let newValue { entries[index] = newValue } else { entries.remove(at: index) }
            } else if let newValue {
                entries.append(newValue)
            }
        }
    }

    mutating func dropEmpty(except owner: FieldOwner? = nil) {
        entries.removeAll { $0.fields.isEmpty && $0.owner != owner }
    }
}

extension ManagedFields {
    /// What a list that cannot be read, or an empty one, means depends on the caller: both are `nil`.
    init?(_ node: Node?) {
        guard let items = node?.arrayValue, !items.isEmpty else { return nil }
        for item in items {
            guard let operation = item["operation"]?.stringValue.flatMap(FieldOwner.Operation.init),
                let apiVersion = item["apiVersion"]?.stringValue, !apiVersion.isEmpty,
                item["fieldsType"]?.stringValue == "FieldsV1",
                let fields = try? FieldSet(fieldsV1: item["fieldsV1"] ?? [:])
            else { return nil }
            let owner = FieldOwner(
                manager: item["manager"]?.stringValue ?? "", operation: operation,
                apiVersion: apiVersion, subresource: item["subresource"]?.stringValue ?? "")
            if let known = self[owner] {
                self[owner] = Entry(
                    owner: owner, fields: known.fields.union(fields), time: known.time)
            } else {
                entries.append(Entry(owner: owner, fields: fields, time: item["time"]?.stringValue))
            }
        }
    }

    /// A list of one entry without any content, which asks for a reset.
    static func isReset(_ node: Node?) -> Bool {
        guard let items = node?.arrayValue, items.count == 1, let only = items.first else {
            return false
        }
        return only.objectValue?.isEmpty ?? only.isNull
    }

    /// Applies first, then by time, manager, apiVersion and subresource, as the server sorts.
    var node: Node {
        let sorted = entries.sorted { a, b in
            func order(_ entry: Entry) -> [String] {
                let second = entry.time.map { Timestamp($0)?.secondsText ?? $0 } ?? ""
                return [
                    entry.owner.operation.rawValue, second, entry.owner.manager,
                    entry.owner.apiVersion, entry.owner.subresource,
                ]
            }
            return order(a).lexicographicallyPrecedes(order(b))
        }
        return .array(sorted.map(\.node))
    }
}

extension ManagedFields.Entry {
    var node: Node {
        var entries: [Mapping.Element] = []
        if !owner.manager.isEmpty { entries.append(("manager", .string(owner.manager))) }
        entries.append(("operation", .string(owner.operation.rawValue)))
        entries.append(("apiVersion", .string(owner.apiVersion)))
        if let time { entries.append(("time", .string(time))) }
        entries.append(("fieldsType", "FieldsV1"))
        entries.append(("fieldsV1", fields.fieldsV1))
        if !owner.subresource.isEmpty {
            entries.append(("subresource", .string(owner.subresource)))
        }
        return .object(Mapping(uniqueKeys: entries))
    }
}

extension Node {
    /// The object with `managedFields`; without them when they are empty.
    func withManagedFields(_ managed: ManagedFields) -> Node {
        var object = self
        object["metadata"]?["managedFields"] = managed.entries.isEmpty ? nil : managed.node
        return object
    }

    var withoutManagedFields: Node {
        guard self["metadata"]?["managedFields"] != nil else { return self }
        var object = self
        object["metadata"]?["managedFields"] = nil
        return object
    }
}
