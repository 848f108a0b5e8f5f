import HTTPTypes
import Hummingbird
import Model
import NIOCore
import YAML

/// Turns HTTP requests into the cluster's requests, and its answers into bytes.
struct SandboxResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    var cluster: Cluster

    /// The largest body, in bytes.
    ///
    /// Source: https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/server/config.go (MaxRequestBodyBytes)
    static let bodyLimit = 3 * 1024 * 1024

    func respond(to request: Request, context: Context) async throws -> Response {
        var representation = Representation.json
        let answer: APIAnswer
        do throws(APIStatus) {
            try authenticate(request)
            let parsed = try await parsed(request)
            representation = parsed.representation
            answer = await cluster.answer(parsed)
        } catch {
            answer = APIAnswer(error)
        }
        return response(answer, to: request, isYAML: representation.isYAML)
    }

    private func authenticate(_ request: Request) throws(APIStatus) {
        guard let token = cluster.configuration.token else { return }
        guard let given = request.headers[.authorization] else {
            if cluster.configuration.allowsAnonymous { return }
            throw .unauthorized
        }
        if given != "Bearer \(token)" { throw .unauthorized }
    }

    private func parsed(_ request: Request) async throws(APIStatus) -> APIRequest {
        let segments = request.uri.path.split(separator: "/").map { percentDecoded($0) }
        let representation = try Representation(
            accept: request.headers[.accept] ?? "",
            allowsDiscovery: Cluster.isDiscovery(segments))
        var body: [UInt8] = []
        do {
            for try await part in request.body {
                body += part.readableBytesView
                if body.count > Self.bodyLimit { throw APIStatus.tooLarge }
            }
        } catch let error as APIStatus {
            throw error
        } catch {
            throw .badRequest("the body could not be read: \(error)")
        }
        return APIRequest(
            method: request.method.rawValue, segments: segments, path: request.uri.path,
            query: APIRequest.Query(request.uri.query ?? ""),
            contentType: request.headers[.contentType] ?? "", representation: representation,
            ifNoneMatch: request.headers[.ifNoneMatch],
            userAgent: request.headers[.userAgent] ?? "", body: body)
    }

    private func response(_ answer: APIAnswer, to request: Request, isYAML: Bool) -> Response {
        var headers = HTTPFields()
        headers[.cacheControl] = "no-cache, private"
        for (name, value) in answer.headers {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        if let warning = answer.warningHeader, let field = HTTPField.Name("warning") {
            headers[field] = warning
        }
        let status = HTTPResponse.Status(code: answer.code)
        switch answer.body {
        case .empty: return Response(status: status, headers: headers)
        case .text(let text):
            headers[.contentType] = answer.contentType ?? "text/plain; charset=utf-8"
            return Response(
                status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
        case .node(let node):
            headers[.contentType] =
                answer.contentType ?? (isYAML ? "application/yaml" : "application/json")
            let buffer =
                isYAML
                ? ByteBuffer(string: printYAML(node))
                : ByteBuffer(bytes: printJSON(node) + [UInt8(ascii: "\n")])
            return Response(status: status, headers: headers, body: .init(byteBuffer: buffer))
        case .watch(let subscription):
            headers[.contentType] =
                isYAML ? "application/yaml;stream=watch" : "application/json;stream=watch"
            headers[.contentType] = "application/json"
            let stream = WatchStream(subscription: subscription, cluster: cluster)
            return Response(
                status: status, headers: headers,
                body: ResponseBody { writer in
                    var writer = writer
                    try await stream.run(until: request) { try await writer.write($0) }
                    try await writer.finish(nil)
                })
        }
    }
}
