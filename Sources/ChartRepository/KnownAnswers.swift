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

/// What was made of answers, for as long as a server says that these stay the same: an index may have tens of megabytes.
final class KnownAnswers<Question: Hashable & Sendable, Answer: Sendable>: Sendable {
    private let answers = Mutex<[Question: (validators: Validators, answer: Answer)]>([:])

    subscript(question: Question) -> (validators: Validators, answer: Answer)? {
        answers.withLock { $0[question] }
    }

    func keep(_ answer: Answer, _ validators: Validators, of question: Question) {
        guard !validators.isEmpty else { return }
        answers.withLock { answers in
            // More than an installation asks; when they are exceeded all are asked anew.
            if answers.count >= 1000 { answers = [:] }
            answers[question] = (validators, answer)
        }
    }
}

/// What is asked of an index.
struct EntryQuestion: Hashable, Sendable {
    var index: ChartURL
    var chart: String
    var wanted: String
    /// Another account may be shown another index.
    var credentials: ChartCredentials
}

/// An archive whose digest no index tells.
struct ArchiveQuestion: Hashable, Sendable {
    var address: ChartURL
    var credentials: ChartCredentials
}
