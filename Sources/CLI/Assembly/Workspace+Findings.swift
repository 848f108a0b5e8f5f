internal import EventLog
internal import Model
internal import SQLiteLedger

extension Workspace {
    /// What is wrong with a ledger in the light of the last published checkpoint.
    func publishedFindings(_ ledger: SQLiteLedger) async throws -> [Finding] {
        guard let published = try readPublished() else { return [] }
        return try await ledger.findings(from: published, in: publishedPath)
    }
}

extension SQLiteLedger {
    /// What is wrong with the ledger in the light of a checkpoint of it.
    func findings(from checkpoint: SignedCheckpoint, in source: String) async throws -> [Finding] {
        do {
            try await verifyContinuation(of: checkpoint, from: source)
            return []
        } catch let error as Discontinuity {
            let size = error.size
            func finding(_ position: Int64?, _ expected: String, _ found: String) -> [Finding] {
                [Finding(position: position, source, expected: expected, found: found)]
            }
            switch error.reason {
            case .smaller(let events):
                return finding(events + 1, "\(size) events", "\(events)")
            case .unknownCheckpoint:
                return finding(nil, "\(size) events on record as signed", "none")
            case .otherEvents(let root):
                return finding(
                    size, "root \(checkpoint.checkpoint.root) of the first \(size) events",
                    "\(root)")
            case .otherLog(let origin):
                return finding(nil, "a checkpoint of this log", "one of \(origin)")
            case .notSigned(let reason):
                return finding(nil, "a checkpoint signed by this log", reason.summary)
            }
        }
    }

    /// Whether a policy accepts one of the newest checkpoints.
    func findings(from policy: TrustPolicy) async throws -> [Finding] {
        let checkpoints = try await checkpoints(limit: 100)
        var first: ProofError?
        for checkpoint in checkpoints {
            do throws(ProofError) {
                try policy.check(checkpoint)
                return []
            } catch {
                first = first ?? error
            }
        }
        return [
            Finding(
                position: nil, "policy", expected: "a checkpoint that satisfies it",
                found: first.map(Self.text) ?? "no checkpoint")
        ]
    }

    private static func text(_ error: ProofError) -> String {
        error.cause.map { "\(error.summary), \($0)" } ?? error.summary
    }
}
