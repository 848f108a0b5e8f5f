import Digests
import Model
import YAML

extension Cluster {
    /// Answers one request; refusals are answers too.
    func answer(_ request: APIRequest) -> APIAnswer {
        do throws(APIStatus) {
            if let answer = try answerFixedPath(request) { return answer }
            return try answerResource(request)
        } catch {
            return APIAnswer(error)
        }
    }

    /// Whether the path can be answered with an aggregated discovery document.
    static func isDiscovery(_ segments: [String]) -> Bool {
        segments == ["api"] || segments == ["apis"]
    }

    private func answerFixedPath(_ request: APIRequest) throws(APIStatus) -> APIAnswer? {
        let segments = request.segments
        let documents = DiscoveryDocuments(registry: registry, address: address)
        switch segments.first {
        case nil: return APIAnswer(node: ["paths": strings(rootPaths)])
        case "version" where segments.count == 1: return APIAnswer(node: Self.version)
        case "healthz", "livez", "readyz":
            if segments.count == 1 || segments == [segments[0], "ping"] {
                return APIAnswer(200, .text("ok"))
            }
            return .notFoundPage
        case "openapi":
            guard segments.count >= 2, segments[1] == "v3" else { return .notFoundPage }
            let openAPI = OpenAPIDocuments(registry: registry, customVersions: customVersions)
            if segments.count == 2 { return APIAnswer(node: openAPI.index) }
            let group = segments[2] == "api" ? "" : segments.count > 3 ? segments[3] : ""
            guard let last = segments.last,
                let document = openAPI.document(group: group, version: last)
            else { return .notFoundPage }
            return APIAnswer(node: document)
        case "api":
            if segments.count == 1 { return discovery(request, documents, core: true) }
            if segments.count == 2 { return try resources(documents, "", segments[1]) }
            return nil
        case "apis":
            switch segments.count {
            case 1: return discovery(request, documents, core: false)
            case 2: return documents.group(segments[1]).map { APIAnswer(node: $0) } ?? .notFoundPage
            case 3:
                // A group nobody knows has no handler at all; one that is known says it in JSON.
                if documents.group(segments[1]) == nil { return .notFoundPage }
                return try resources(documents, segments[1], segments[2])
            default: return nil
            }
        default: return APIAnswer(.noSuchResource)
        }
    }

    private func resources(_ documents: DiscoveryDocuments, _ group: String, _ version: String)
        throws(APIStatus) -> APIAnswer
    {
        guard let list = documents.resourceList(group: group, version: version) else {
            throw .noSuchResource
        }
        return APIAnswer(node: list)
    }

    private func discovery(
        _ request: APIRequest, _ documents: DiscoveryDocuments, core: Bool
    ) -> APIAnswer {
        guard case .discovery(let version) = request.representation.form else {
            return APIAnswer(node: core ? documents.versions : documents.groupList)
        }
        let document = documents.aggregated(core: core, version: version)
        let etag = "\"\(Digest(of: canonicalJSON(document)).description.uppercased())\""
        var answer =
            request.ifNoneMatch == etag ? APIAnswer(304, .empty) : APIAnswer(node: document)
        answer.headers = [("etag", etag), ("vary", "Accept"), ("cache-control", "public")]
        answer.contentType =
            "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
        return answer
    }

    private var rootPaths: [String] {
        var paths = ["/api", "/api/v1", "/apis", "/apis/"]
        for group in registry.groups {
            paths.append("/apis/\(group)")
            paths += registry.versions(of: group).map { "/apis/\(group)/\($0)" }
        }
        return (paths + ["/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]).sorted()
    }

    /// The release whose behaviour is followed.
    private static let version: Node = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.2",
        "gitCommit": "tidemark-sandbox", "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z", "goVersion": "none", "compiler": "swift",
        "platform": "linux/amd64",
    ]
}

extension Cluster {
    private func answerResource(_ request: APIRequest) throws(APIStatus) -> APIAnswer {
        let segments = request.segments
        let isCore = segments[0] == "api"
        let group = isCore ? "" : segments[1]
        let version = isCore ? segments[1] : segments[2]
        guard
            let target = RequestTarget(
                segments[(isCore ? 2 : 3)...], group: group, version: version, in: registry)
        else {
            // Groups of definitions have no handler for what is not defined.
            if ServedResource.builtIn.contains(where: { $0.group == group }) {
                throw .noSuchResource
            }
            return .notFoundPage
        }
        if let answer = try answerSpecial(request, target) { return answer }
        let verb = try verb(of: request, target)
        switch verb {
        case "get", "list", "watch": return try answerRead(request, target, verb: verb)
        case "create": return try answerCreate(request, target)
        case "update": return try answerUpdate(request, target)
        case "patch": return try answerPatch(request, target)
        case "delete": return try answerDelete(request, target)
        case "deletecollection": return try answerDeleteCollection(request, target)
        default: throw .methodNotAllowed
        }
    }

    /// What the method does to the path, when the resource can do it.
    private func verb(of request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> String {
        let isCollection = target.name.isEmpty
        let verb: String
        switch request.method {
        case "GET", "HEAD":
            let watches =
                target.isWatchPath
                || (isCollection && request.query["watch"] != nil
                    && request.query.flag("watch"))
            verb = watches ? "watch" : isCollection ? "list" : "get"
        case "POST" where isCollection || !target.subresource.isEmpty: verb = "create"
        case "PUT" where !isCollection: verb = "update"
        case "PATCH" where !isCollection: verb = "patch"
        case "DELETE": verb = isCollection ? "deletecollection" : "delete"
        default: throw .methodNotAllowed
        }
        let verbs =
            target.subresource.isEmpty
            ? target.resource.verbs
            : target.resource.subresource(target.subresource)?.verbs ?? []
        guard verbs.contains(verb) else { throw .methodNotAllowed }
        if verb == "create", target.resource.isNamespaced, target.namespace.isEmpty {
            throw .methodNotAllowed
        }
        return verb
    }

    private func answerRead(_ request: APIRequest, _ target: RequestTarget, verb: String)
        throws(APIStatus) -> APIAnswer
    {
        switch verb {
        case "watch" where target.subresource.isEmpty:
            if case .partialObjectList = request.representation.form { throw .notAcceptable }
            return APIAnswer(200, .watch(try watch(request, target)))
        case "list": return try shaped(try list(request, target), request, target.resource)
        default:
            let object =
                target.subresource == "scale" ? try readScale(target) : try read(target)
            return try shaped(object, request, target.resource)
        }
    }

    /// A list in the form the client wants.
    private func shaped(_ page: Page, _ request: APIRequest, _ resource: ServedResource)
        throws(APIStatus) -> APIAnswer
    {
        switch request.representation.form {
        case .table(let version):
            return APIAnswer(
                node: table(
                    page.items, columns: columns(of: resource), metadata: page.metadata,
                    version: version, rowObject: try rowObject(request), now: clock()))
        case .partialObjectList(let version), .partialObject(let version):
            if case .partialObject = request.representation.form {
                throw APIStatus(
                    code: 406, reason: "NotAcceptable",
                    message:
                        "you requested PartialObjectMetadata, but the requested object is a list (*core.\(resource.listKind))"
                )
            }
            return APIAnswer(
                node: [
                    "kind": "PartialObjectMetadataList",
                    "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": page.metadata,
                    "items": .array(page.items.map { partialObject($0, version: version) }),
                ])
        default: return APIAnswer(node: listObject(page, of: resource))
        }
    }

    /// One object in the form the client wants.
    func shaped(
        _ object: Node, code: Int = 200, _ request: APIRequest, _ resource: ServedResource
    ) throws(APIStatus) -> APIAnswer {
        switch request.representation.form {
        case .table(let version):
            return APIAnswer(
                code,
                node: table(
                    [object], columns: columns(of: resource),
                    metadata: [
                        "resourceVersion": object["metadata"]?["resourceVersion"] ?? ""
                    ], version: version, rowObject: try rowObject(request), now: clock()))
        case .partialObject(let version):
            return APIAnswer(code, node: partialObject(object, version: version))
        case .partialObjectList:
            throw APIStatus(
                code: 406, reason: "NotAcceptable",
                message:
                    "you requested PartialObjectMetadataList, but the requested object is not a list (*core.\(resource.kind))"
            )
        default: return APIAnswer(code, node: object)
        }
    }
}
