import Model
import YAML

extension Cluster {
    /// The object of a path, in the version of the path.
    func read(_ target: RequestTarget) throws(APIStatus) -> Node {
        guard let stored = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        return inVersion(stored.node, of: target.resource)
    }

    /// The stored object with the apiVersion and kind it is asked for in.
    ///
    /// Versions of a kind differ in their name only, as with a CustomResourceDefinition whose
    /// conversion strategy is None.
    func inVersion(_ object: Node, of resource: ServedResource) -> Node {
        var result = object
        result["kind"] = .string(resource.kind)
        result["apiVersion"] = .string(resource.apiVersion)
        return result
    }

    /// What the selectors of a request select.
    func selection(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> Selection {
        var result = Selection()
        if let text = request.query["labelSelector"], !text.isEmpty {
            result.labels = try LabelSelector(parsing: text)
        }
        if let text = request.query["fieldSelector"], !text.isEmpty {
            result.fields = try FieldSelector(
                parsing: text, for: target.resource,
                selectableFields: selectableFields(target.resource))
        }
        if !target.name.isEmpty {
            result.fields.terms.append(
                FieldSelector.Term(field: "metadata.name", value: target.name, isEqual: true))
        }
        return result
    }

    private func selectableFields(_ resource: ServedResource) -> [String] {
        FieldSelector.builtInFields[resource.qualifiedKind]
            ?? customVersions[resource.apiVersion + "/" + resource.kind]?.selectableFields ?? []
    }

    /// A page of a list: its items and its metadata.
    struct Page {
        var items: [Node]
        var metadata: Node
    }

    func list(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> Page {
        let limit = max(0, try request.query.integer("limit") ?? 0)
        try checkListOptions(request.query, isWatch: false)
        let selection = try selection(request, target)
        var version = storage.resourceVersion
        var start: String?
        if let token = request.query["continue"], !token.isEmpty {
            if let wanted = request.query["resourceVersion"], !wanted.isEmpty, wanted != "0" {
                throw .badRequest(
                    "specifying resource version is not allowed when using continue")
            }
            let decoded = try ContinueToken(token)
            version = decoded.resourceVersion
            start = decoded.start
        } else if let exact = try exactVersion(request.query) {
            version = exact
        }
        let resource = target.resource.storageName
        guard version >= historyStart[resource] ?? 0,
            let all = storage.objects(of: resource, namespace: target.namespace, at: version)
        else { throw .expired("The resourceVersion for the provided list is too old.") }

        var items: [Node] = []
        var rest = all[...]
        if let start {
            rest = rest.drop { $0.key.path.utf8.lexicographicallyPrecedes(start.utf8) }
        }
        while let next = rest.first, limit == 0 || items.count < limit {
            rest = rest.dropFirst()
            if selection.matches(next.node) {
                items.append(inVersion(next.node, of: target.resource))
            }
        }
        var metadata: Node = ["resourceVersion": .string(String(version))]
        if let next = rest.first {
            let token = ContinueToken(resourceVersion: version, start: next.key.path)
            metadata["continue"] = .string(token.text)
            if selection.isEmpty { metadata["remainingItemCount"] = .int(Int64(rest.count)) }
        } else if target.resource.isCustom {
            metadata["continue"] = ""
        }
        return Page(items: items, metadata: metadata)
    }

    /// The list object: items of built-in kinds leave out their kind and apiVersion.
    func listObject(_ page: Page, of resource: ServedResource) -> Node {
        let items =
            resource.isCustom
            ? page.items
            : page.items.map { item in
                var item = item
                item["kind"] = nil
                item["apiVersion"] = nil
                return item
            }
        return [
            "kind": .string(resource.listKind), "apiVersion": .string(resource.apiVersion),
            "metadata": page.metadata, "items": .array(items),
        ]
    }

    private func exactVersion(_ query: APIRequest.Query) throws(APIStatus) -> Int64? {
        guard let text = query["resourceVersion"], !text.isEmpty else { return nil }
        guard let version = Int64(text), version >= 0 else {
            throw .badRequest(
                "Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax"
            )
        }
        if version > storage.resourceVersion {
            throw APIStatus(
                code: 504, reason: "Timeout",
                message:
                    "Too large resource version: \(version), current: \(storage.resourceVersion)",
                details: APIStatus.Details(
                    causes: [
                        APIStatus.Cause(
                            reason: "ResourceVersionTooLarge",
                            message: "Too large resource version", field: "")
                    ], retryAfterSeconds: 1))
        }
        return query["resourceVersionMatch"] == "Exact" ? version : nil
    }

    /// Refuses combinations of parameters that mean nothing.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/apis/meta/internalversion/validation/validation.go
    func checkListOptions(_ query: APIRequest.Query, isWatch: Bool) throws(APIStatus) {
        let match = query["resourceVersionMatch"] ?? ""
        let initial = query["sendInitialEvents"]
        let field = "resourceVersionMatch"
        var causes: [(reason: String, message: String, field: String)] = []
        if isWatch {
            if initial != nil {
                if match != "NotOlderThan" {
                    causes.append(
                        (
                            "FieldValueForbidden",
                            "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                            field
                        ))
                }
                if !match.isEmpty, match != "NotOlderThan" {
                    causes.append(
                        (
                            "FieldValueNotSupported",
                            "Unsupported value: \"\(match)\": supported values: \"NotOlderThan\"",
                            field
                        ))
                }
            } else if !match.isEmpty {
                causes.append(
                    (
                        "FieldValueForbidden",
                        "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
                        field
                    ))
            }
        } else {
            if !match.isEmpty, (query["resourceVersion"] ?? "").isEmpty {
                causes.append(
                    (
                        "FieldValueForbidden",
                        "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
                        field
                    ))
            }
            if initial != nil {
                causes.append(
                    (
                        "FieldValueForbidden",
                        "Forbidden: sendInitialEvents is forbidden for list", "sendInitialEvents"
                    ))
            }
        }
        if !causes.isEmpty { throw .invalidOptions("ListOptions", causes) }
    }
}

/// Where a list goes on: base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"KEY\u0000"}`.
struct ContinueToken: Equatable, Sendable {
    var resourceVersion: Int64
    /// The path of the first object of the next page.
    var start: String

    init(resourceVersion: Int64, start: String) {
        self.resourceVersion = resourceVersion
        self.start = start
    }

    init(_ text: String) throws(APIStatus) {
        let invalid = APIStatus.badRequest("invalid continue token: continue key is not valid")
        guard let bytes = base64URLBytes(text) else { throw invalid }
        let parsed: Node
        do { parsed = try parseJSON(bytes) } catch {
            guard let first = bytes.first, !(0x20..<0x7F).contains(first) else { throw invalid }
            // The server tells what its JSON reader met first.
            let code = hexText([0, first])
            throw .badRequest(
                "\(invalid.message): invalid character '\\u\(code)' looking for beginning of value")
        }
        guard parsed["v"]?.stringValue == "meta.k8s.io/v1",
            let version = parsed["rv"]?.intValue, let start = parsed["start"]?.stringValue
        else { throw invalid }
        resourceVersion = version
        self.start = start.hasSuffix("\u{0}") ? String(start.dropLast()) : start
    }

    var text: String {
        let node: Node = [
            "v": "meta.k8s.io/v1", "rv": .int(resourceVersion), "start": .string(start),
        ]
        let standard = base64(printJSON(node))
        return String(
            standard.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}

/// The bytes that base64url without padding stands for; `nil` for anything else.
func base64URLBytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in text.utf8 {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): value = 62
        case UInt8(ascii: "_"): value = 63
        default: return nil
        }
        buffer = (buffer << 6 | UInt32(value)) & 0xFFFFFF
        bits += 6
        if bits >= 8 {
            bits -= 8
            result.append(UInt8(truncatingIfNeeded: buffer >> bits))
        }
    }
    return result
}
