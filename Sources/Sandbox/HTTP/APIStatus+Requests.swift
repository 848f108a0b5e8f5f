import Model

extension APIStatus {
    static func notFound(_ resource: ServedResource, _ name: String) -> APIStatus {
        .notFound(group: resource.group, plural: resource.plural, name: name)
    }

    static func alreadyExists(_ resource: ServedResource, _ name: String, beingDeleted: Bool)
        -> APIStatus
    {
        let prefix = beingDeleted ? "object is being deleted: " : ""
        return APIStatus(
            code: 409, reason: "AlreadyExists",
            message: "\(prefix)\(resource.qualifiedName) \"\(name)\" already exists",
            details: Details(name: name, group: resource.group, kind: resource.plural))
    }

    static func conflict(_ resource: ServedResource, _ name: String, _ why: String) -> APIStatus {
        .conflict(group: resource.group, plural: resource.plural, name: name, why)
    }

    static func forbidden(
        _ resource: ServedResource, _ name: String, _ why: String, causes: [Cause] = []
    ) -> APIStatus {
        APIStatus(
            code: 403, reason: "Forbidden",
            message: "\(resource.qualifiedName) \"\(name)\" is forbidden: \(why)",
            details: Details(
                name: name, group: resource.group, kind: resource.plural, causes: causes))
    }

    /// 422 about the parameters of a request.
    static func invalidOptions(
        _ kind: String, _ causes: [(reason: String, message: String, field: String)]
    ) -> APIStatus {
        let texts = causes.map { "\($0.field): \($0.message)" }
        let joined = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        return APIStatus(
            code: 422, reason: "Invalid", message: "\(kind).meta.k8s.io \"\" is invalid: \(joined)",
            details: Details(
                name: "", group: "meta.k8s.io", kind: kind,
                causes: causes.map {
                    Cause(reason: $0.reason, message: $0.message, field: $0.field)
                }))
    }

    static let unsupportedBody = APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: "
            + Representation.offered + ", application/vnd.kubernetes.protobuf")

    static let unsupportedPatch = APIStatus(
        code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type",
        details: Details())

    static let unsupportedCustomPatch = APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: "
            + "application/json-patch+json, application/merge-patch+json, "
            + "application/apply-patch+yaml")

    static let notAcceptable = APIStatus(
        code: 406, reason: "NotAcceptable",
        message: "406: Not Acceptable\n\nAvailable representations: " + Representation.offered,
        details: Details())

    static let methodNotAllowed = APIStatus(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: Details())

    /// What a real server would do here, and this one does not.
    static func notServed(_ why: String) -> APIStatus {
        APIStatus(code: 501, reason: "NotImplemented", message: why)
    }

    static let noSuchResource = APIStatus(
        code: 404, reason: "NotFound",
        message: "the server could not find the requested resource", details: Details())

    static let tooLarge = APIStatus(
        code: 413, reason: "RequestEntityTooLarge",
        message: "Request entity too large: limit is 3145728")

    static let unauthorized = APIStatus(
        code: 401, reason: "Unauthorized", message: "Unauthorized")

    static func expired(_ message: String) -> APIStatus {
        APIStatus(code: 410, reason: "Expired", message: message)
    }
}
