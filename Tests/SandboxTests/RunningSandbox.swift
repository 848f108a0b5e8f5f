import AsyncHTTPClient
import Foundation
import Logging
import Model
import NIOCore
import NIOHTTP1
import Sandbox
import YAML

/// A sandbox on a free port for the length of one test.
func withSandbox<R: Sendable>(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    _ body: @escaping @Sendable (SandboxClient) async throws -> R
) async throws -> R {
    var log = Logger(label: "test")
    log.logLevel = .error
    let server = try await SandboxServer(configuration, log: log)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    return try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask {
            try await server.run { port.yield($0) }
            return nil
        }
        group.addTask {
            for await port in ports {
                return try await body(
                    SandboxClient(
                        port: port, token: configuration.token,
                        setControllers: { await server.setControllers(running: $0) }))
            }
            return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}

struct SandboxAnswer: Sendable {
    var code: Int
    var contentType: String
    var warning: String?
    var etag: String?
    var text: String

    var node: Node { (try? parseJSON(Array(text.utf8))) ?? .null }

    /// The events of a watch.
    var events: [Node] {
        text.split(separator: "\n").compactMap { try? parseJSON(Array($0.utf8)) }
    }
}

struct SandboxClient: Sendable {
    var port: Int
    var token: String?
    var setControllers: @Sendable (Bool) async -> Void = { _ in }

    /// Opens a stream and calls `whileOpen` after its first part; the answer when it has ended.
    func stream(
        _ path: String, headers: [(String, String)], whileOpen: () async throws -> Void
    ) async throws -> SandboxAnswer {
        let request = request("GET", path, headers: headers, body: nil)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        var text = ""
        var isOpen = false
        for try await part in response.body {
            text += String(buffer: part)
            if !isOpen { try await whileOpen() }
            isOpen = true
        }
        return SandboxAnswer(code: Int(response.status.code), contentType: "", text: text)
    }

    func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: String? = nil
    ) async throws -> SandboxAnswer {
        let request = request(method, path, headers: headers, body: body)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        var buffer = try await response.body.collect(upTo: 16 * 1024 * 1024)
        return SandboxAnswer(
            code: Int(response.status.code),
            contentType: response.headers.first(name: "content-type") ?? "",
            warning: response.headers.first(name: "warning"),
            etag: response.headers.first(name: "etag"),
            text: buffer.readString(length: buffer.readableBytes) ?? "")
    }

    private func request(
        _ method: String, _ path: String, headers: [(String, String)], body: String?
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .RAW(value: method)
        request.headers.add(name: "user-agent", value: "recorder/1.0")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        return request
    }

    func json(_ method: String, _ path: String, _ body: Node? = nil, type: String? = nil)
        async throws -> SandboxAnswer
    {
        try await send(
            method, path, headers: [("content-type", type ?? "application/json")],
            body: body.map { String(decoding: printJSON($0), as: UTF8.self) })
    }

    /// Asks again until the answer is as wanted, for at most ten seconds.
    func wait(_ path: String, until condition: @Sendable (SandboxAnswer) -> Bool) async throws
        -> SandboxAnswer
    {
        var answer = try await send("GET", path)
        for _ in 0..<400 where !condition(answer) {
            try await Task.sleep(for: .milliseconds(25))
            answer = try await send("GET", path)
        }
        return answer
    }
}
