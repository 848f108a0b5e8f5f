import Model

/// Finds what is wrong with a CustomResourceDefinition.
///
/// Source: https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.0/pkg/apis/apiextensions/validation/validation.go
struct DefinitionValidation {
    private let definition: Node
    private let spec: Node
    private let versions: [Node]

    /// - Parameter live: The definition as it was, when it is changed.
    static func causes(of definition: Node, live: Node?) -> [APIStatus.Cause] {
        let run = DefinitionValidation(definition)
        return run.nameCauses + run.specCauses + run.storedCauses + run.approvalCauses
            + run.immutableCauses(live)
    }

    private init(_ definition: Node) {
        self.definition = definition
        spec = definition["spec"] ?? [:]
        versions = spec["versions"]?.arrayValue ?? []
    }

    private static func required(_ field: String, _ why: String = "") -> APIStatus.Cause {
        .init(
            reason: "FieldValueRequired",
            message: "Required value" + (why.isEmpty ? "" : ": " + why),
            field: field)
    }

    private func text(_ path: String...) -> String {
        definition.value(at: FieldPath(path.map(FieldPath.Step.key)))?.stringValue ?? ""
    }

    private var group: String { text("spec", "group") }

    private var nameCauses: [APIStatus.Cause] {
        if definition.name == text("spec", "names", "plural") + "." + group { return [] }
        return [
            invalidValue(
                .string(definition.name), "must be spec.names.plural+\".\"+spec.group",
                "metadata.name")
        ]
    }

    private var specCauses: [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        if group.isEmpty {
            causes.append(Self.required("spec.group"))
        } else if let problem = nameProblem(group, group: "", kind: "") {
            causes.append(invalidValue(.string(group), problem, "spec.group"))
        } else if !group.contains(".") {
            let problem = "should be a domain with at least one dot"
            causes.append(invalidValue(.string(group), problem, "spec.group"))
        }
        let scope = text("spec", "scope")
        let scopes = ["Cluster", "Namespaced"]
        if scope.isEmpty {
            causes.append(Self.required("spec.scope"))
        } else if !scopes.contains(scope) {
            causes.append(StructuralSchema.unsupported(scope, scopes, "spec.scope"))
        }
        return causes + versionCauses + namesCauses
    }

    // MARK: Versions

    private var versionCauses: [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        var names: Set<String> = []
        var hasDuplicates = false
        for (index, version) in versions.enumerated() {
            let name = version["name"]?.stringValue ?? ""
            if let problem = dnsLabelProblem(name) {
                causes.append(
                    invalidValue(.string(name), problem, "spec.versions[\(index)].name"))
            }
            if !names.insert(name).inserted { hasDuplicates = true }
        }
        causes += schemaCauses
        if hasDuplicates {
            causes.append(invalidVersions("must contain unique version names"))
        }
        if versions.count(where: { $0["storage"] == true }) != 1 {
            causes.append(
                invalidVersions("must have exactly one version marked as storage version"))
        }
        return causes
    }

    /// What all versions have in common is kept once inside the server, and is named so in messages.
    private func isCommon(_ field: String) -> Bool {
        guard let first = versions.first?[field] else { return false }
        return versions.allSatisfy { $0[field] == first }
    }

    private var schemaCauses: [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        let isCommon = isCommon("schema")
        for (index, version) in versions.enumerated() {
            let path = "spec.versions[\(index)].schema.openAPIV3Schema"
            guard let schema = version["schema"]?["openAPIV3Schema"] else {
                causes.append(Self.required(path))
                continue
            }
            if isCommon, index > 0 { break }
            causes += StructuralSchema.causes(
                of: schema, at: isCommon ? "spec.validation.openAPIV3Schema" : path)
        }
        return causes
    }

    private func invalidVersions(_ problem: String) -> APIStatus.Cause {
        if versions.isEmpty { return invalidValue(.null, problem, "spec.versions") }
        let fields = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"]
        let entries = versions.map { version -> Node in
            var entry: Node = [
                "Name": version["name"] ?? "", "Served": version["served"] ?? false,
                "Storage": version["storage"] ?? false,
                "Deprecated": version["deprecated"] ?? false,
                "DeprecationWarning": version["deprecationWarning"] ?? nil,
            ]
            for field in fields {
                let name = field.prefix(1).uppercased() + field.dropFirst()
                entry[name] = isCommon(field) ? nil : version[field]
                if entry[name] == nil { entry[name] = .null }
            }
            return entry
        }
        return invalidValue(.array(entries), problem, "spec.versions")
    }

    // MARK: Names

    private var namesCauses: [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        for field in ["plural", "singular", "kind", "listKind"] {
            let name = text("spec", "names", field)
            let place = "spec.names.\(field)"
            if name.isEmpty {
                causes.append(Self.required(place))
            } else if let problem = dnsLabelProblem(name.lowercased()) {
                let prefix = "may have mixed case, but should otherwise match: "
                let isKind = field.lowercased().hasSuffix("kind")
                causes.append(
                    invalidValue(.string(name), (isKind ? prefix : "") + problem, place))
            } else if field == "plural" || field == "singular", name != name.lowercased() {
                causes.append(
                    invalidValue(.string(name), dnsLabelProblem(name) ?? "", place))
            }
        }
        let kind = text("spec", "names", "kind")
        if !kind.isEmpty, kind == text("spec", "names", "listKind") {
            let problem = "kind and listKind may not be the same"
            causes.append(invalidValue(.string(kind), problem, "spec.names.listKind"))
        }
        for field in ["shortNames", "categories"] {
            for (index, entry) in (spec["names"]?[field]?.arrayValue ?? []).enumerated() {
                guard let name = entry.stringValue, let problem = dnsLabelProblem(name) else {
                    continue
                }
                causes.append(invalidValue(entry, problem, "spec.names.\(field)[\(index)]"))
            }
        }
        return causes
    }

    // MARK: The rest

    private var storedCauses: [APIStatus.Cause] {
        let field = "status.storedVersions"
        let stored = definition["status"]?["storedVersions"]?.arrayValue ?? []
        if stored.isEmpty {
            return [invalidValue(.null, "must have at least one stored version", field)]
        }
        var causes: [APIStatus.Cause] = []
        if let storage = versions.last(where: { $0["storage"] == true })?["name"],
            let name = storage.stringValue, !stored.contains(storage)
        {
            causes.append(
                invalidValue(.array(stored), "must have the storage version \(name)", field))
        }
        for (index, entry) in stored.enumerated()
        where !versions.contains(where: { $0["name"] == entry }) {
            let name = entry.stringValue ?? ""
            let problem =
                "missing from spec.versions; \(name) was previously a storage version, and must "
                + "remain in spec.versions until a storage migration ensures no data remains "
                + "persisted in \(name) and removes \(name) from status.storedVersions"
            causes.append(invalidValue(entry, problem, "\(field)[\(index)]"))
        }
        return causes
    }

    /// Groups of Kubernetes itself need the word of its project.
    private var approvalCauses: [APIStatus.Cause] {
        let isProtected = ["k8s.io", "kubernetes.io"].contains {
            group == $0 || group.hasSuffix("." + $0)
        }
        let annotation = "api-approved.kubernetes.io"
        let field = "metadata.annotations[\(annotation)]"
        let value = definition["metadata"]?["annotations"]?[annotation]?.stringValue ?? ""
        guard isProtected else { return [] }
        if value.isEmpty {
            let why =
                "protected groups must have approval annotation \"\(annotation)\", see "
                + "https://github.com/kubernetes/enhancements/pull/1111"
            return [Self.required(field, why)]
        }
        let isApproved = value.hasPrefix("https://") || value.hasPrefix("http://")
        if isApproved || value.hasPrefix("unapproved") { return [] }
        let problem =
            "protected groups must have approval annotation \"\(annotation)\" with either a URL or a "
            + "reason starting with \"unapproved\", see "
            + "https://github.com/kubernetes/enhancements/pull/1111"
        return [invalidValue(.string(value), problem, field)]
    }

    private func immutableCauses(_ live: Node?) -> [APIStatus.Cause] {
        guard let live else { return [] }
        var fields = [["group"], ["names", "plural"]]
        if live.condition("Established")?["status"] == "True" {
            fields += [["scope"], ["names", "kind"]]
        }
        return fields.compactMap { path in
            let steps = FieldPath((["spec"] + path).map(FieldPath.Step.key))
            let (before, after) = (live.value(at: steps), definition.value(at: steps))
            if before == after { return nil }
            let field = (["spec"] + path).joined(separator: ".")
            return invalidValue(after ?? "", "field is immutable", field)
        }
    }
}
