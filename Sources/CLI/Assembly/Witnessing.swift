internal import Deadline
internal import Engine
internal import EventLog
internal import Model
internal import Server

/// What a witness says of a log: the size of the tree that it cosigned last, or why it does not say.
struct WitnessedSize: Sendable {
    var witness: KeyName
    var size: Result<Int64, any Error>
}

extension Workspace {
    /// Asks all witnesses side by side for the newest tree that they know of a log, without one to show them.
    ///
    /// They are asked to cosign the tree without events, which every tree goes on from: who has seen no more does
    /// so, and who has answers with the size.
    /// Source: https://c2sp.org/tlog-witness#add-checkpoint
    func witnessedSizes(of signer: NoteSigner, within limit: Duration) async throws
        -> [WitnessedSize]
    {
        let empty = try SignedCheckpoint(
            Checkpoint(origin: signer.name, size: 0, root: TreeHash.empty), signedBy: signer,
            at: Assembly.clock.now().seconds)
        let end = ContinuousClock.now + limit
        return try await withThrowingTaskGroup(of: (Int, WitnessedSize).self) { group in
            for (number, witness) in try witnesses().enumerated() {
                group.addTask {
                    let size: Result<Int64, any Error>
                    do {
                        size = .success(
                            try await Self.size(empty, witness.key, witness.url, until: end))
                    } catch is CancellationError {
                        throw CancellationError()
                    } catch { size = .failure(error) }
                    return (number, WitnessedSize(witness: witness.key.name, size: size))
                }
            }
            var answers: [(Int, WitnessedSize)] = []
            for try await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func size(
        _ empty: SignedCheckpoint, _ key: NoteVerifier, _ url: String,
        until end: ContinuousClock.Instant
    ) async throws -> Int64 {
        var submission = WitnessSubmission(empty, to: key, known: 0)
        let request = AddCheckpoint(oldSize: 0, proof: [], checkpoint: empty)
        let answer = try await WitnessClient(url: url).add(request, until: end)
        switch submission.handle(answer) {
        case .end(.cosigned): return 0
        case .end(.ahead(let size)), .end(.inconsistent(let size)): return size
        case .end(.refused(let reason)): throw CommandError("it does not say", because: reason)
        case .send: throw CommandError("it does not say", because: "it asks for an older tree")
        }
    }
}

extension WitnessClient {
    /// Sends one request, and gives up at a time.
    func add(_ request: AddCheckpoint, until end: ContinuousClock.Instant) async throws
        -> WitnessAnswer
    {
        let left = max(.milliseconds(1), end - ContinuousClock.now)
        do {
            // The client's own time-out ends with the head of an answer.
            return try await withDeadline(left) { try await add(request, deadline: left) }
        } catch is CancellationError {
            throw CancellationError()
        } catch let error where error is DeadlinePassed || ContinuousClock.now >= end {
            throw CommandError("no answer in time")
        }
    }
}

/// An error in one line, for a remark.
func oneLine(_ error: any Error) -> String {
    guard let diagnostic = error as? any Diagnostic else { return "\(error)" }
    return diagnostic.cause.map { "\(diagnostic.summary) (\($0))" } ?? diagnostic.summary
}
