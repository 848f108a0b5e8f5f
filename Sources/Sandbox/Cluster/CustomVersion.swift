import Model

/// One version of a CustomResourceDefinition, as the server works with it.
struct CustomVersion: Sendable {
    /// Where the definitions themselves are kept.
    static let definitions = "apiextensions.k8s.io/customresourcedefinitions"
    /// Holds a definition until its objects are gone.
    static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    var resource: ServedResource
    /// `openAPIV3Schema`.
    var schema: Node
    var validator: SchemaValidator
    var columns: [TableColumn]
    var selectableFields: [String]
    var scale: Cluster.ScalePaths?

    /// All served versions of a definition, the preferred one first.
    ///
    /// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
    static func all(of definition: Node) -> [CustomVersion] {
        (definition["spec"]?["versions"]?.arrayValue ?? [])
            .filter { $0["served"]?.boolValue == true }
            .compactMap { CustomVersion(definition, version: $0) }
            .sorted { VersionPriority($0.resource.version) < VersionPriority($1.resource.version) }
    }

    private init?(_ definition: Node, version: Node) {
        let names = definition["spec"]?["names"]
        guard let group = definition["spec"]?["group"]?.stringValue,
            let name = version["name"]?.stringValue, let kind = names?["kind"]?.stringValue,
            let plural = names?["plural"]?.stringValue
        else { return nil }
        let subresources = version["subresources"]
        var parts: [ServedResource.Subresource] = []
        if subresources?["status"] != nil {
            parts.append(
                .init(
                    name: "status", kind: kind, group: group, version: name,
                    verbs: ["get", "patch", "update"]))
        }
        if let scale = subresources?["scale"] {
            parts.append(
                .init(
                    name: "scale", kind: "Scale", group: "autoscaling", version: "v1",
                    verbs: ["get", "patch", "update"]))
            self.scale = Cluster.ScalePaths(
                specReplicas: dottedPath(scale["specReplicasPath"]),
                statusReplicas: dottedPath(scale["statusReplicasPath"]),
                selector: scale["labelSelectorPath"].map(dottedPath))
        }
        resource = ServedResource(
            group: group, version: name, kind: kind,
            listKind: names?["listKind"]?.stringValue ?? kind + "List", plural: plural,
            singular: names?["singular"]?.stringValue ?? kind.lowercased(),
            shortNames: texts(names?["shortNames"]), categories: texts(names?["categories"]),
            isNamespaced: definition["spec"]?["scope"]?.stringValue == "Namespaced",
            verbs: [
                "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch",
            ], subresources: parts, isCustom: true)
        schema = version["schema"]?["openAPIV3Schema"] ?? [:]
        validator = SchemaValidator(schema)
        columns = Self.columns(version["additionalPrinterColumns"]?.arrayValue)
        selectableFields = (version["selectableFields"]?.arrayValue ?? [])
            .compactMap { $0["jsonPath"]?.stringValue.map { String($0.drop { $0 == "." }) } }
    }

    private static func columns(_ definitions: [Node]?) -> [TableColumn] {
        guard let definitions, !definitions.isEmpty else { return [.name, .age] }
        return [.name]
            + definitions.map { column in
                let type = column["type"]?.stringValue ?? "string"
                let path = PrinterPath(column["jsonPath"]?.stringValue ?? "")
                return TableColumn(
                    column["name"]?.stringValue ?? "", type: type,
                    format: column["format"]?.stringValue ?? "",
                    wide: (column["priority"]?.intValue ?? 0) > 0
                ) { object, now in
                    guard let value = path.value(in: object) else { return .null }
                    return type == "date" ? .string(ageText(value, now)) : value
                }
            }
    }
}

private func texts(_ list: Node?) -> [String] { (list?.arrayValue ?? []).compactMap(\.stringValue) }

/// `.spec.replicas` as a path of keys.
private func dottedPath(_ node: Node?) -> FieldPath {
    FieldPath((node?.stringValue ?? "").split(separator: ".").map { .key(String($0)) })
}

/// The part of JSONPath that printer columns use: `.a.b`, `[0]`, `["key"]`, `[?(@.type=="Ready")]`.
///
/// Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
struct PrinterPath: Sendable {
    private enum Step {
        case key(String)
        case index(Int)
        case filter(field: String, value: String)
    }

    private var steps: [Step] = []

    init(_ text: String) {
        var rest = Substring(text)
        while let first = rest.first {
            if first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return }
                let inner = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                if let step = Self.step(bracketed: inner) { steps.append(step) }
            } else {
                if first == "." { rest = rest.dropFirst() }
                var key = ""
                while let next = rest.first, next != ".", next != "[" {
                    rest = rest.dropFirst()
                    if next == "\\", let escaped = rest.first {
                        key.append(escaped)
                        rest = rest.dropFirst()
                    } else {
                        key.append(next)
                    }
                }
                if !key.isEmpty { steps.append(.key(key)) }
            }
        }
    }

    private static func step(bracketed text: Substring) -> Step? {
        if let index = Int(text) { return .index(index) }
        let quotes: Set<Character> = ["\"", "'"]
        if text.hasPrefix("?(@."), let equals = text.firstRange(of: "==") {
            let field = text[text.index(text.startIndex, offsetBy: 4)..<equals.lowerBound]
            let value = text[equals.upperBound...].filter { !quotes.contains($0) && $0 != ")" }
            return .filter(field: String(field).trimmingSpaces, value: value.trimmingSpaces)
        }
        return .key(String(text.filter { !quotes.contains($0) }))
    }

    func value(in object: Node) -> Node? {
        var node: Node? = object
        for step in steps {
            switch step {
            case .key(let key): node = node?[key]
            case .index(let index):
                let list = node?.arrayValue ?? []
                node = node?[index < 0 ? list.count + index : index]
            case .filter(let field, let value):
                node = node?.arrayValue?.first { $0[field]?.stringValue == value }
            }
        }
        return node
    }
}

/// Order of versions: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, then all others by name.
struct VersionPriority: Comparable {
    private var stability: Int
    private var major: Int
    private var minor: Int
    private var text: String

    init(_ version: String) {
        text = version
        stability = 3
        major = 0
        minor = 0
        guard version.hasPrefix("v") else { return }
        let digits = version.dropFirst().prefix { $0.isNumber }
        guard let number = Int(digits) else { return }
        let rest = version.dropFirst(1 + digits.count)
        for (rank, name) in ["", "beta", "alpha"].enumerated() {
            if rank == 0
                ? rest.isEmpty : rest.hasPrefix(name) && Int(rest.dropFirst(name.count)) != nil
            {
                stability = rank
                major = number
                minor = rank == 0 ? 0 : Int(rest.dropFirst(name.count)) ?? 0
                return
            }
        }
    }

    static func < (a: VersionPriority, b: VersionPriority) -> Bool {
        if a.stability != b.stability { return a.stability < b.stability }
        if a.stability == 3 { return a.text < b.text }
        return (a.major, a.minor) > (b.major, b.minor)
    }
}
