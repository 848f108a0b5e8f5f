public import Model

/// The type of a field, as far as comparing, merging and patching need it.
///
/// A value is cheap to copy: it refers to the table in which all types of its registry stand.
public struct SchemaType: Sendable {
    let table: SchemaTable
    let number: Int

    /// The kinds of scalar that the API distinguishes.
    public enum Scalar: Sendable, Hashable {
        case string, integer, number, boolean
        /// Base64 text.
        case bytes
        case time, microTime
        case quantity
        case intOrString
        /// Any JSON value, taken as one.
        case any
    }

    /// How the elements of a list are told apart when two versions of it are merged.
    ///
    /// Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
    public enum ListKind: Sendable, Hashable {
        case atomic
        case set
        /// Elements are identified by the values of these fields, in the order of the schema.
        case map(keys: [String])
    }

    /// What a strategic merge patch does with a field.
    ///
    /// Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
    public struct PatchStrategy: Sendable, Hashable {
        /// `merge` of a list, by this key; empty for lists of scalars; `nil` for replace.
        public var mergeKey: String?
        public var retainsKeys: Bool
    }

    /// What the schema says about a field beside its type.
    public struct Attributes: Sendable {
        public var isRequired: Bool
        /// The value the API server's Go type writes when the field is absent: `{}`, `null`, `0` ...
        public var zero: Node?
        public var defaultValue: Node?
        public var patch: PatchStrategy?
    }

    /// Tells the types of one registry apart.
    public var id: Int { number }

    /// `DeploymentSpec`; `nil` of types without a name of their own.
    public var name: String? {
        if case .object(let definition) = table.types[number] { definition.name } else { nil }
    }

    /// The type of undeclared keys' values; `nil` when there may be none.
    public var values: SchemaType? {
        guard case .object(let definition) = table.types[number] else { return nil }
        return definition.values.map { SchemaType(table: table, number: $0) }
    }

    /// The scalar this is; `nil` of lists and objects.
    public var scalar: Scalar? {
        if case .scalar(let scalar) = table.types[number] { scalar } else { nil }
    }

    public var listKind: ListKind? {
        if case .list(_, let kind) = table.types[number] { kind } else { nil }
    }

    /// The type of a list's elements.
    public var element: SchemaType? {
        guard case .list(let element, _) = table.types[number] else { return nil }
        return SchemaType(table: table, number: element)
    }

    public var isObject: Bool {
        if case .object = table.types[number] { true } else { false }
    }

    /// Whether the object is replaced as a whole when merged.
    public var isAtomicObject: Bool {
        if case .object(let definition) = table.types[number] { definition.isAtomic } else { false }
    }

    /// Whether the object takes keys that are not declared, as maps do.
    public var takesAnyKey: Bool {
        if case .object(let definition) = table.types[number] {
            definition.values != nil
        } else {
            scalar == .any
        }
    }

    /// Whether `name` is declared as a field of its own, and not just any key of a map.
    public func declares(_ name: String) -> Bool {
        guard case .object(let definition) = table.types[number] else { return false }
        return definition.fields[name] != nil
    }

    /// The names of the declared fields, ascending.
    public var declaredNames: [String] {
        guard case .object(let definition) = table.types[number] else { return [] }
        return definition.order
    }

    /// The type of the field `name`, be it declared or a key of a map; `nil` when it may not be there.
    public func field(_ name: String) -> SchemaType? {
        guard case .object(let definition) = table.types[number] else { return nil }
        if let field = definition.fields[name] {
            return SchemaType(table: table, number: field.type)
        }
        return definition.values.map { SchemaType(table: table, number: $0) }
    }

    public func attributes(of name: String) -> Attributes? {
        guard case .object(let definition) = table.types[number],
            let field = definition.fields[name]
        else { return nil }
        return field.attributes
    }

    /// The fields that are always present in stored objects, with their zero values.
    public var zeros: [(name: String, value: Node)] {
        guard case .object(let definition) = table.types[number] else { return [] }
        return definition.zeros
    }

    /// The values that identify an element of a list-map, defaults filled in; `nil` when one is missing.
    public func keyValues(of item: Node) -> [(field: String, value: Node)]? {
        guard case .list(let elementNumber, .map(let keys)) = table.types[number] else {
            return nil
        }
        let element = SchemaType(table: table, number: elementNumber)
        var values: [(field: String, value: Node)] = []
        values.reserveCapacity(keys.count)
        for key in keys {
            if let value = item[key], !value.isNull {
                values.append((key, value))
            } else if let value = element.attributes(of: key)?.defaultValue {
                values.append((key, value))
            } else {
                return nil
            }
        }
        return values
    }
}

/// All types of a registry, by number.
final class SchemaTable: Sendable {
    enum Definition: Sendable {
        case scalar(SchemaType.Scalar)
        case list(element: Int, kind: SchemaType.ListKind)
        case object(Object)
    }

    struct Object: Sendable {
        var name: String?
        var fields: [String: Field] = [:]
        /// Ascending names of `fields`.
        var order: [String] = []
        var zeros: [(name: String, value: Node)] = []
        /// The type of undeclared keys' values; `nil` when there may be none.
        var values: Int?
        var isAtomic = false
    }

    struct Field: Sendable {
        var type: Int
        var attributes: SchemaType.Attributes
    }

    let types: [Definition]

    init(types: [Definition]) { self.types = types }
}
