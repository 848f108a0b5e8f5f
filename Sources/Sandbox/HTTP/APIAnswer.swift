import Model

/// What the server says to one request, before it becomes bytes.
struct APIAnswer: Sendable {
    enum Body: Sendable {
        case node(Node)
        case text(String)
        case empty
        case watch(WatchSubscription)
    }

    var code: Int
    var body: Body
    /// The texts of Warning headers.
    var warnings: [String] = []
    var headers: [(name: String, value: String)] = []
    /// Instead of the one that follows from the body and the Accept header.
    var contentType: String?

    init(_ code: Int = 200, _ body: Body) {
        self.code = code
        self.body = body
    }

    init(_ code: Int = 200, node: Node) { self.init(code, .node(node)) }

    init(_ status: APIStatus) {
        self.init(status.code, .node(status.node()))
        if status.code == 429 { headers.append(("retry-after", "1")) }
    }

    static let notFoundPage: APIAnswer = {
        var answer = APIAnswer(404, .text("404 page not found\n"))
        answer.contentType = "text/plain; charset=utf-8"
        return answer
    }()

    /// `299 - "text"`, as the server writes them.
    var warningHeader: String? {
        if warnings.isEmpty { return nil }
        return warnings.map { warning in
            var escaped = ""
            for scalar in warning.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { escaped += "\\" }
                if scalar.value >= 32 { escaped.unicodeScalars.append(scalar) }
            }
            return "299 - \"\(escaped)\""
        }.joined(separator: ", ")
    }
}
