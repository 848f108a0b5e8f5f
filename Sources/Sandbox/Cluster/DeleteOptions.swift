import Model

/// How a deletion is to be done, from the body and the parameters of the request.
///
/// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
struct DeleteOptions: Equatable, Sendable {
    var propagation: Propagation?
    var gracePeriodSeconds: Int64?
    var preconditionUID: String?
    var preconditionVersion: String?
    var isDryRun = false

    init(_ request: APIRequest, body: Node?) throws(APIStatus) {
        if let body { try Self.checkKind(body) }
        gracePeriodSeconds =
            try request.query.integer("gracePeriodSeconds")
            ?? body?["gracePeriodSeconds"]?.intValue
        preconditionUID = body?["preconditions"]?["uid"]?.stringValue
        preconditionVersion = body?["preconditions"]?["resourceVersion"]?.stringValue
        isDryRun = try request.isDryRun()
        if body?["dryRun"]?.arrayValue?.contains("All") == true { isDryRun = true }
        let orphans =
            body?["orphanDependents"]?.boolValue
            ?? request.query["orphanDependents"].map { $0 != "false" && $0 != "0" }
        let policy =
            body?["propagationPolicy"]?.stringValue ?? request.query["propagationPolicy"] ?? ""
        if let orphans {
            if !policy.isEmpty {
                throw .invalidOptions(
                    "DeleteOptions",
                    [
                        (
                            "FieldValueInvalid",
                            "Invalid value: \"\(policy)\": orphanDependents and deletionPropagation cannot be both set",
                            "propagationPolicy"
                        )
                    ])
            }
            propagation = orphans ? .orphan : .background
        } else if !policy.isEmpty {
            propagation = Propagation(rawValue: policy)
            if propagation == nil {
                throw .invalidOptions(
                    "DeleteOptions",
                    [
                        (
                            "FieldValueNotSupported",
                            "Unsupported value: \"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                            "propagationPolicy"
                        )
                    ])
            }
        }
    }

    init(propagation: Propagation? = nil, gracePeriodSeconds: Int64? = nil) {
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
    }

    private static func checkKind(_ body: Node) throws(APIStatus) {
        guard let kind = body["kind"]?.stringValue, !kind.isEmpty, kind != "DeleteOptions" else {
            return
        }
        let version = body["apiVersion"]?.stringValue ?? ""
        throw .badRequest(
            "no kind \"\(kind)\" is registered for version \"\(version)\" in scheme "
                + "\"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\"")
    }
}
