internal import Model

/// Makes a table from a structural schema in OpenAPI v3.
///
/// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
struct SchemaTableBuilder {
    private var types: [SchemaTable.Definition] = [.scalar(.any)]
    private var imported: [Int: Int] = [:]

    static func custom(_ schema: Node) -> SchemaType {
        var builder = SchemaTableBuilder()
        var root = SchemaTable.Object()
        builder.addProperties(of: schema, to: &root)
        if schema["x-kubernetes-preserve-unknown-fields"]?.boolValue == true {
            root.values = builder.deduced
        }
        let text = builder.add(.scalar(.string))
        for name in ["apiVersion", "kind"] {
            root.fields[name] = .init(type: text, attributes: .init(isRequired: false))
        }
        if let metadata = SchemaRegistry.objectMetadata {
            let number = builder.importType(metadata)
            root.fields["metadata"] = .init(
                type: number, attributes: .init(isRequired: false, zero: [:]))
            root.zeros = [("metadata", [:])]
        }
        root.order = root.fields.keys.sorted()
        let number = builder.add(.object(root))
        return SchemaType(table: SchemaTable(types: builder.types), number: number)
    }

    private var deduced: Int { 0 }

    private mutating func add(_ definition: SchemaTable.Definition) -> Int {
        types.append(definition)
        return types.count - 1
    }

    private mutating func addProperties(of schema: Node, to object: inout SchemaTable.Object) {
        for (name, property) in schema["properties"]?.objectValue ?? Mapping() {
            object.fields[name] = .init(
                type: add(property),
                attributes: .init(isRequired: false, defaultValue: property["default"]))
        }
        object.order = object.fields.keys.sorted()
    }

    private mutating func add(_ schema: Node) -> Int {
        if schema["x-kubernetes-int-or-string"]?.boolValue == true {
            return add(.scalar(.intOrString))
        }
        switch schema["type"]?.stringValue {
        case "object":
            var object = SchemaTable.Object(
                isAtomic: schema["x-kubernetes-map-type"]?.stringValue == "atomic")
            addProperties(of: schema, to: &object)
            if let values = schema["additionalProperties"], values.objectValue != nil {
                object.values = add(values)
            } else if schema["additionalProperties"]?.boolValue == true
                || schema["x-kubernetes-preserve-unknown-fields"]?.boolValue == true
            {
                object.values = deduced
            }
            if schema["x-kubernetes-embedded-resource"]?.boolValue == true {
                addEmbedded(to: &object)
            }
            return add(.object(object))
        case "array":
            let element = schema["items"].map { add($0) } ?? deduced
            return add(.list(element: element, kind: Self.listKind(of: schema)))
        case "string":
            return add(.scalar(schema["format"]?.stringValue == "byte" ? .bytes : .string))
        case "integer": return add(.scalar(.integer))
        case "number": return add(.scalar(.number))
        case "boolean": return add(.scalar(.boolean))
        default: return deduced
        }
    }

    private mutating func addEmbedded(to object: inout SchemaTable.Object) {
        let text = add(.scalar(.string))
        for name in ["apiVersion", "kind"] where object.fields[name] == nil {
            object.fields[name] = .init(type: text, attributes: .init(isRequired: false))
        }
        if object.fields["metadata"] == nil, let metadata = SchemaRegistry.objectMetadata {
            object.fields["metadata"] = .init(
                type: importType(metadata), attributes: .init(isRequired: false))
        }
        object.order = object.fields.keys.sorted()
    }

    private static func listKind(of schema: Node) -> SchemaType.ListKind {
        switch schema["x-kubernetes-list-type"]?.stringValue {
        case "set": .set
        case "map":
            .map(
                keys: schema["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue)
                    ?? [])
        default: .atomic
        }
    }

    /// Copies a type of another table, and all that it refers to.
    private mutating func importType(_ type: SchemaType) -> Int {
        if let known = imported[type.number] { return known }
        let place = add(.scalar(.any))
        imported[type.number] = place
        func other(_ number: Int) -> SchemaType { SchemaType(table: type.table, number: number) }
        switch type.table.types[type.number] {
        case .scalar(let scalar): types[place] = .scalar(scalar)
        case .list(let element, let kind):
            types[place] = .list(element: importType(other(element)), kind: kind)
        case .object(var object):
            for name in object.order {
                guard let field = object.fields[name] else { continue }
                object.fields[name]?.type = importType(other(field.type))
            }
            object.values = object.values.map { importType(other($0)) }
            types[place] = .object(object)
        }
        return place
    }
}
