public import Model

/// Why a request over the control socket failed.
public enum ControlError: Error, Equatable, Sendable {
    /// What the writer answered: the diagnostic of its error.
    case answered(summary: String, cause: String?, hint: String?)
    case badRequest(String)
    case unknownRoute(String)
    /// Another account than the writer's own asked.
    case notPermitted(uid: UInt32)
    /// An account that may read asked for a change.
    case readOnly(uid: UInt32)
    case unknownGroup(String)
    /// The socket cannot be given to the group.
    case cannotShare(group: String, reason: String)
    case unreadableAnswer(status: Int)
    /// The path is longer than an address of a Unix socket may be.
    case pathTooLong(String)
}

extension ControlError: Diagnostic {
    public var summary: String {
        switch self {
        case .answered(let summary, _, _): summary
        case .badRequest: "the request cannot be read"
        case .unknownRoute(let route): "there is no \(route)"
        case .notPermitted: "this account may not use the control socket"
        case .readOnly: "this account may only read"
        case .unknownGroup(let name): "there is no group \(name) on this machine"
        case .cannotShare(let group, _): "cannot give the control socket to group \(group)"
        case .unreadableAnswer(let status): "the writer gave an unreadable answer (\(status))"
        case .pathTooLong(let path): "cannot make a socket at \(path)"
        }
    }

    public var cause: String? {
        switch self {
        case .answered(_, let cause, _): cause
        case .badRequest(let reason): reason
        case .notPermitted(let uid): "uid \(uid) is not the owner of the ledger"
        case .readOnly(let uid): "uid \(uid) is not the owner of the ledger"
        case .unknownGroup: "socket.group of tidemark.yaml names it"
        case .cannotShare(_, let reason): reason
        case .pathTooLong: "the path is longer than \(controlPathBytesMax) bytes"
        case .unknownRoute, .unreadableAnswer: nil
        }
    }

    public var hint: String? {
        switch self {
        case .answered(_, _, let hint): hint
        case .notPermitted, .readOnly: "run the command as the account that runs tidemark run"
        case .unknownGroup: "make the group, or name another one"
        case .cannotShare: "run tidemark as a member of the group"
        case .unreadableAnswer, .unknownRoute, .badRequest:
            "run the same release as the process that runs tidemark run"
        case .pathTooLong: "keep the ledger in a folder with a shorter path"
        }
    }
}

/// How many bytes the path of a Unix socket may have, the final zero not counted.
///
/// Source: https://man7.org/linux/man-pages/man7/unix.7.html (sun_path)
let controlPathBytesMax = 107

/// An error as problem details.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9457
struct ProblemDetails {
    var status: Int
    var title: String
    var detail: String?
    var hint: String?

    init(_ error: any Error) {
        let diagnostic = error as? any Diagnostic
        title = diagnostic?.summary ?? "\(error)"
        detail = diagnostic?.cause
        hint = diagnostic?.hint
        status =
            switch error as? ControlError {
            case .badRequest: 400
            case .unknownRoute: 404
            case .notPermitted, .readOnly: 403
            case .answered, .unreadableAnswer, .pathTooLong, .unknownGroup, .cannotShare, nil:
                diagnostic == nil ? 500 : 422
            }
    }

    var body: Node {
        var fields = Mapping()
        fields["type"] = .string("about:blank")
        fields["title"] = .string(title)
        fields["status"] = .int(Int64(status))
        fields["detail"] = detail.map(Node.string)
        fields["hint"] = hint.map(Node.string)
        return .object(fields)
    }

    /// The diagnostic that problem details hold; `nil` when the body holds none.
    static func error(in body: Node) -> ControlError? {
        guard let title = body["title"]?.stringValue else { return nil }
        return .answered(
            summary: title, cause: body["detail"]?.stringValue, hint: body["hint"]?.stringValue)
    }
}
