public import Model

/// A refusal of the API server, worded as the server words it.
///
/// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
public struct APIStatus: Error, Hashable, Sendable {
    public struct Cause: Hashable, Sendable {
        public var reason: String
        public var message: String
        public var field: String

        public init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    public struct Details: Hashable, Sendable {
        public var name: String?
        public var group: String?
        public var kind: String?
        public var uid: String?
        public var causes: [Cause]
        public var retryAfterSeconds: Int?

        public init(
            name: String? = nil, group: String? = nil, kind: String? = nil, uid: String? = nil,
            causes: [Cause] = [], retryAfterSeconds: Int? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    public var code: Int
    /// `NotFound`, `Invalid` ...; empty where the server gives none.
    public var reason: String
    public var message: String
    public var details: Details?

    public init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The `Status` object that is the body of the answer.
    public func node() -> Node {
        var node: Node = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message),
        ]
        if !reason.isEmpty { node["reason"] = .string(reason) }
        if let details {
            var part: Node = [:]
            if let name = details.name, !name.isEmpty { part["name"] = .string(name) }
            if let group = details.group, !group.isEmpty { part["group"] = .string(group) }
            if let kind = details.kind, !kind.isEmpty { part["kind"] = .string(kind) }
            if let uid = details.uid, !uid.isEmpty { part["uid"] = .string(uid) }
            if !details.causes.isEmpty {
                part["causes"] = .array(
                    details.causes.map { cause in
                        var entry: Node = [:]
                        if !cause.reason.isEmpty { entry["reason"] = .string(cause.reason) }
                        if !cause.message.isEmpty { entry["message"] = .string(cause.message) }
                        if !cause.field.isEmpty { entry["field"] = .string(cause.field) }
                        return entry
                    })
            }
            if let seconds = details.retryAfterSeconds {
                part["retryAfterSeconds"] = .int(Int64(seconds))
            }
            node["details"] = part
        }
        node["code"] = .int(Int64(code))
        return node
    }
}

extension APIStatus {
    public static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: "BadRequest", message: message)
    }

    /// `deployments.apps "web" not found`.
    public static func notFound(group: String, plural: String, name: String) -> APIStatus {
        APIStatus(
            code: 404, reason: "NotFound",
            message: "\(qualified(plural, group)) \(quoted(name)) not found",
            details: Details(name: name, group: group, kind: plural))
    }

    public static func alreadyExists(group: String, plural: String, name: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "AlreadyExists",
            message: "\(qualified(plural, group)) \(quoted(name)) already exists",
            details: Details(name: name, group: group, kind: plural))
    }

    public static func conflict(group: String, plural: String, name: String, _ why: String)
        -> APIStatus
    {
        APIStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(qualified(plural, group)) "
                + "\(quoted(name)): \(why)",
            details: Details(name: name, group: group, kind: plural))
    }

    /// An object that breaks rules; several causes stand in brackets, as the server prints them.
    public static func invalid(group: String, kind: String, name: String, _ causes: [Cause])
        -> APIStatus
    {
        var texts: [String] = []
        for cause in causes {
            let text = cause.field.isEmpty ? cause.message : "\(cause.field): \(cause.message)"
            if !texts.contains(text) { texts.append(text) }
        }
        let all = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        return APIStatus(
            code: 422, reason: "Invalid",
            message: "\(qualified(kind, group)) \(quoted(name)) is invalid: \(all)",
            details: Details(name: name, group: group, kind: kind, causes: causes))
    }

    public static func internalError(_ message: String) -> APIStatus {
        APIStatus(code: 500, reason: "", message: message)
    }

    static func qualified(_ resource: String, _ group: String) -> String {
        group.isEmpty ? resource : "\(resource).\(group)"
    }
}

/// Text as Go's `%q` prints it.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default:
            if scalar.value < 0x20 || scalar.value == 0x7F {
                let hex = String(scalar.value, radix: 16)
                result += "\\x" + (hex.count < 2 ? "0" : "") + hex
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}
