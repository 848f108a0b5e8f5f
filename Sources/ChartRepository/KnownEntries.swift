internal import NIOHTTP1
internal import Synchronization

/// By what a server recognises that an answer would be the same again.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-8.8
struct Validators: Hashable, Sendable {
    var tag: String?
    var lastModified: String?

    init() {}

    init(of headers: HTTPHeaders) {
        tag = headers.first(name: "etag")
        lastModified = headers.first(name: "last-modified")
    }

    var isEmpty: Bool { tag == nil && lastModified == nil }

    /// Of a request whose answer is wanted only when it is another.
    var conditions: HTTPHeaders {
        var headers = HTTPHeaders()
        if let tag { headers.add(name: "if-none-match", value: tag) }
        if let lastModified { headers.add(name: "if-modified-since", value: lastModified) }
        return headers
    }
}

/// What indexes said of charts, for as long as these stay the same: an index may have tens of megabytes.
final class KnownEntries: Sendable {
    struct Question: Hashable {
        var index: ChartURL
        var chart: String
        var wanted: String
        /// Another account may be shown another index.
        var credentials: ChartCredentials
    }

    /// More than an installation asks; when they are exceeded all are asked anew.
    private static let most = 1000
    private let answers = Mutex<[Question: (validators: Validators, entry: IndexEntry)]>([:])

    subscript(question: Question) -> (validators: Validators, entry: IndexEntry)? {
        answers.withLock { $0[question] }
    }

    func keep(_ entry: IndexEntry, _ validators: Validators, of question: Question) {
        guard !validators.isEmpty else { return }
        answers.withLock { answers in
            if answers.count >= Self.most { answers = [:] }
            answers[question] = (validators, entry)
        }
    }
}
