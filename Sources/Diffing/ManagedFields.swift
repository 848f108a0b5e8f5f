public import Model

/// Who wrote a field last, as the API server keeps it.
///
/// A hint and no proof: a writer names itself, and times are in whole seconds.
///
/// Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
public struct FieldWriter: Hashable, Sendable {
    public var manager: String
    /// `Apply` or `Update`.
    public var operation: String
    /// RFC 3339, as the API server wrote it.
    public var time: String?
    /// `status`, `scale`; `nil` for the object itself.
    public var subresource: String?

    public init(manager: String, operation: String, time: String?, subresource: String?) {
        self.manager = manager
        self.operation = operation
        self.time = time
        self.subresource = subresource
    }
}

/// One entry of `metadata.managedFields`.
struct ManagedFieldsEntry {
    var writer: FieldWriter
    var apiVersion: String
    var fields: FieldSet

    init?(_ node: Node) {
        guard let manager = node["manager"]?.stringValue,
            let operation = node["operation"]?.stringValue
        else { return nil }
        let subresource = node["subresource"]?.stringValue ?? ""
        writer = FieldWriter(
            manager: manager, operation: operation, time: node["time"]?.stringValue,
            subresource: subresource.isEmpty ? nil : subresource)
        apiVersion = node["apiVersion"]?.stringValue ?? ""
        fields = FieldSet(node["fieldsV1"]?.objectValue ?? Mapping())
    }

    static func all(of live: Node) -> [ManagedFieldsEntry] {
        live["metadata"]?["managedFields"]?.arrayValue?.compactMap(ManagedFieldsEntry.init) ?? []
    }
}

extension FieldSet {
    /// What `manager` has applied of the object; `nil` when it never did.
    static func applied(by manager: String, of live: Node) -> FieldSet? {
        guard let entries = live["metadata"]?["managedFields"]?.arrayValue else { return nil }
        for entry in entries
        where entry["manager"]?.stringValue == manager
            && entry["operation"]?.stringValue == "Apply"
            && (entry["subresource"]?.stringValue ?? "").isEmpty
        {
            return FieldSet(entry["fieldsV1"]?.objectValue ?? Mapping())
        }
        return nil
    }
}

/// Who wrote the field at `path` last; `nil` when nobody owns it, as is so with fields that are gone.
///
/// Of several owners the latest is meant. Of an object or a list, who wrote something inside it counts when
/// nobody owns it as a whole.
public func lastWriter(of path: FieldPath, in live: Node) -> FieldWriter? {
    var best: (cover: FieldSet.Cover, writer: FieldWriter)?
    for entry in ManagedFieldsEntry.all(of: live) {
        let cover = entry.fields.cover(path.steps)
        guard cover != .none else { continue }
        if let best {
            guard (best.cover, best.writer.time ?? "") <= (cover, entry.writer.time ?? "") else {
                continue
            }
        }
        best = (cover, entry.writer)
    }
    return best?.writer
}
