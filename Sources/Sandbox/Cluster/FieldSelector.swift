import Model

/// Which objects a request means, by a few of their fields.
///
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
struct FieldSelector: Equatable, Sendable {
    struct Term: Equatable, Sendable {
        var field: String
        var value: String
        var isEqual: Bool
    }

    var terms: [Term] = []

    var isEmpty: Bool { terms.isEmpty }

    /// The name that is asked for, when there is only one it can be.
    var name: String? { terms.first { $0.field == "metadata.name" && $0.isEqual }?.value }

    func matches(_ object: Node) -> Bool {
        terms.allSatisfy { term in
            var node: Node? = object
            for step in term.field.split(separator: ".") { node = node?[String(step)] }
            let value =
                switch node {
                case .string(let text): text
                case .bool(let flag): String(flag)
                case .int(let number): String(number)
                default: ""
                }
            return (value == term.value) == term.isEqual
        }
    }

    /// Reads `metadata.name=a,status.phase!=Failed`.
    ///
    /// - Throws: 400 for what is no selector, and for fields that the kind cannot be selected by.
    init(parsing text: String, for resource: ServedResource, selectableFields: [String])
        throws(APIStatus)
    {
        let known =
            ["metadata.name"] + (resource.isNamespaced ? ["metadata.namespace"] : [])
            + selectableFields
        for part in text.split(separator: ",") {
            let isEqual: Bool
            let pieces: [Substring]
            if let range = part.firstRange(of: "!=") {
                isEqual = false
                pieces = [part[..<range.lowerBound], part[range.upperBound...]]
            } else if let range = part.firstRange(of: "==") ?? part.firstRange(of: "=") {
                isEqual = true
                pieces = [part[..<range.lowerBound], part[range.upperBound...]]
            } else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            let field = String(pieces[0])
            guard known.contains(field) else {
                throw .badRequest(Self.unknown(field, resource, known))
            }
            terms.append(Term(field: field, value: String(pieces[1]), isEqual: isEqual))
        }
    }

    init() {}

    private static func unknown(_ field: String, _ resource: ServedResource, _ known: [String])
        -> String
    {
        let hasOwnFields = builtInFields[resource.qualifiedKind] != nil
        if hasOwnFields { return "field label not supported: \(field)" }
        let names = known.map { "\"\($0)\"" }.joined(separator: ", ")
        return "\"\(field)\" is not a known field selector: only \(names)"
    }

    /// The fields besides name and namespace that built-in kinds can be selected by.
    ///
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields
    static let builtInFields: [String: [String]] = [
        "Pod": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
            "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        "Event": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
            "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
            "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
        "Secret": ["type"],
        "Namespace": ["status.phase"],
        "ReplicaSet.apps": ["status.replicas"],
        "ReplicationController": ["status.replicas"],
        "Job.batch": ["status.successful"],
        "Node": ["spec.unschedulable"],
        "CertificateSigningRequest.certificates.k8s.io": ["spec.signerName"],
        "Service": ["spec.clusterIP", "spec.type"],
    ]
}
