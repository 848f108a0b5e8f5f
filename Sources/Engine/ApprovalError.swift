public import Model

/// Why a plan cannot be judged or run, or evidence cannot be put on record.
public enum ApprovalError: Error, Equatable, Sendable {
    /// `saved` are the names of those that can be judged.
    case unknownPlan(String, saved: [String])
    case used(plan: String, by: String)
    case rejected(plan: String, by: String, reason: String)
    /// `replacement` is the plan that was saved in its place.
    case stale(plan: String, moved: [String], replacement: String?)
    case waiting(plan: String, missing: String)
    /// A sync by name, where a plan must be approved first.
    case needsPlan(application: String)
    case unsigned(String)
    case noAllowedSigners
    case untrustedSignature(file: String)
    case invalidSignature(namespace: String)
    case unknownSubject(String)
    case ambiguousSubject(String, count: Int)
    case documentTooLong(bytes: Int, limit: Int)
}

extension ApprovalError: Diagnostic {
    public var summary: String {
        switch self {
        case .unknownPlan(let name, _): "there is no plan \(name)"
        case .used(let plan, let sync): "\(plan) was run by \(sync)"
        case .rejected(let plan, let person, _): "\(plan) was rejected by \(person)"
        case .stale(let plan, _, _): "\(plan) is stale"
        case .waiting(let plan, _): "\(plan) waits for approval"
        case .needsPlan(let application): "syncs of \(application) need an approved plan"
        case .unsigned(let text): text
        case .noAllowedSigners: "no signature can be checked"
        case .untrustedSignature: "the signature is by no trusted key"
        case .invalidSignature: "the signature is not good"
        case .unknownSubject(let text): "there is no sync and no commit \(text)"
        case .ambiguousSubject(let text, let count): "\(text) means \(count) commits"
        case .documentTooLong: "the document is too long"
        }
    }

    public var cause: String? {
        switch self {
        case .unknownPlan(_, let saved):
            saved.isEmpty ? "no plan waits" : "saved and not run: \(saved.joined(separator: ", "))"
        case .rejected(_, _, let reason): reason
        case .stale(_, let moved, _): "changed since: \(moved.joined(separator: ", "))"
        case .waiting(_, let missing): missing
        case .needsPlan: "tidemark.yaml requires approval"
        case .unsigned: "tidemark.yaml requires signatures"
        case .noAllowedSigners: "tidemark.yaml names no allowedSigners"
        case .untrustedSignature(let file): "\(file) does not vouch for it"
        case .invalidSignature(let namespace):
            "it is of other bytes, or not made for the namespace \(namespace)"
        case .documentTooLong(let bytes, let limit): "it has \(bytes) bytes, \(limit) are allowed"
        case .used, .unknownSubject, .ambiguousSubject: nil
        }
    }

    public var hint: String? {
        switch self {
        case .unknownPlan: "tidemark log --type plan.saved lists the saved plans"
        case .used, .rejected: "make a new plan: tidemark plan APP --save"
        case .stale(_, _, let replacement?): "tidemark show \(replacement) is the plan as of now"
        case .stale: "make a new plan: tidemark plan APP --save"
        case .waiting(let plan, _): "tidemark approve \(plan)"
        case .needsPlan(let application):
            "tidemark plan \(application) --save, tidemark approve plan-N, tidemark sync plan-N"
        case .unsigned: "sign the commit, or add the key to the trust file"
        case .noAllowedSigners: "add allowedSigners: FILE to tidemark.yaml"
        case .untrustedSignature: "add the key to that file, as ssh-keygen(1) says"
        case .invalidSignature:
            "sign what tidemark approve PLAN --text prints, or the document as it is"
        case .unknownSubject: "tidemark log lists the syncs and the commits"
        case .ambiguousSubject: "write more digits"
        case .documentTooLong: "put a summary on record, with the digest of the whole"
        }
    }
}
