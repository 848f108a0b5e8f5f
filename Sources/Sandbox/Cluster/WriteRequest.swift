import Model
import Schemas

/// What is written, by whom and how, once the HTTP request has been read.
struct WriteRequest: Sendable {
    var resource: ServedResource
    var key: StorageKey
    /// `status`, or empty for the object itself.
    var subresource = ""
    var manager: String
    var isDryRun = false

    var name: String { key.name }
}

/// What becomes of fields that the kind does not have.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"

    init(_ request: APIRequest) throws(APIStatus) {
        let text = request.query["fieldValidation"] ?? ""
        guard let value = text.isEmpty ? .warn : FieldValidation(rawValue: text) else {
            throw .invalidOptions(
                request.optionsKind,
                [
                    (
                        "FieldValueNotSupported",
                        "Unsupported value: \"\(text)\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
                        "fieldValidation"
                    )
                ])
        }
        self = value
    }
}

extension Cluster {
    func schema(_ resource: ServedResource) -> SchemaType? {
        schemas.schema(group: resource.group, version: resource.version, kind: resource.kind)
    }

    func fieldManager(_ write: WriteRequest) -> FieldManager {
        let resource = write.resource
        var ignored: [FieldPath] = []
        if write.subresource == "status" {
            ignored = [FieldPath("spec")]
        } else if resource.subresource("status") != nil {
            ignored = [FieldPath("status")]
        }
        return FieldManager(
            schema: schema(resource), apiVersion: resource.apiVersion, kind: resource.kind,
            subresource: write.subresource, ignoredFields: ignored)
    }
}
