internal import EventLog
internal import Model
internal import SQLiteLedger
internal import Server

/// What is known of the log of this installation wherever its checkpoints are kept.
struct LastCheckpoint {
    /// The newest that was found, and where; `nil` when none was.
    private(set) var newest: (checkpoint: SignedCheckpoint, source: String)?
    /// The largest tree that a witness has cosigned, of which it gives no more than the size.
    private(set) var witnessed: (size: Int64, source: String)?
    /// Who could not be asked, and what was found and is not believed.
    private(set) var remarks: [String] = []
    /// All that the ledger is to go on from.
    private var found: [(checkpoint: SignedCheckpoint, source: String)] = []

    private let workspace: Workspace
    /// `nil` when it cannot be read.
    private let ledger: SQLiteLedger?
    /// Of the log; none when both the ledger and the key are lost.
    private let keys: [NoteVerifier]

    init(_ workspace: Workspace) async throws {
        self.workspace = workspace
        ledger = try? workspace.openFile()
        let signer = try? workspace.readSigningKey()
        keys = ((try? await ledger?.signingKeys()) ?? []) + [signer?.verifier].compactMap { $0 }
        if let published = try workspace.readPublished() {
            add(published, from: workspace.publishedPath)
        }
        if let recorded = try? await ledger?.checkpoints(limit: 1).first {
            add(recorded, from: workspace.ledgerPath)
        }
        do {
            if let (anchored, source) = try await Anchoring(workspace: workspace).last() {
                add(anchored, from: source)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch { remarks.append("the anchor was not asked: \(oneLine(error))") }
        try await askWitnesses(signer)
    }

    /// The name of the log, as far as anything says it.
    var origin: String? { newest?.checkpoint.checkpoint.origin ?? keys.first?.name.text }

    /// How many events have been published at least.
    var size: Int64 { max(newest?.checkpoint.checkpoint.size ?? 0, witnessed?.size ?? 0) }

    private mutating func add(_ checkpoint: SignedCheckpoint, from source: String) {
        if !keys.isEmpty {
            do throws(ProofError) { try checkpoint.verify(by: keys) } catch {
                remarks.append("\(source) is not believed: \(error.summary)")
                return
            }
        } else if let origin, origin != checkpoint.checkpoint.origin {
            remarks.append("\(source) is of the log \(checkpoint.checkpoint.origin)")
            return
        }
        found.append((checkpoint, source))
        if checkpoint.checkpoint.size > newest?.checkpoint.checkpoint.size ?? -1 {
            newest = (checkpoint, source)
        }
    }

    private mutating func askWitnesses(_ signer: NoteSigner?) async throws {
        guard let signer, signer.name.text == origin else {
            remarks += try workspace.witnesses().map {
                "witness \($0.key.name) was not asked: there is no key of the log to ask with"
            }
            return
        }
        for answer in try await workspace.witnessedSizes(of: signer) {
            switch answer.size {
            case .success(let size) where size > witnessed?.size ?? 0:
                witnessed = (size, "witness \(answer.witness)")
            case .success: break
            case .failure(let error):
                remarks.append("witness \(answer.witness) was not asked: \(oneLine(error))")
            }
        }
    }

    /// Why the log cannot go on; `nil` when it can: its ledger is intact, and goes on from all that was found.
    func need() async throws -> String? {
        guard let ledger else {
            return Files.exists(workspace.ledgerPath)
                ? "its ledger cannot be read" : "there is no ledger at \(workspace.ledgerPath)"
        }
        let report = try await ledger.verify(full: true)
        if let finding = report.findings.first { return "its ledger is not intact: \(finding)" }
        do {
            for (checkpoint, source) in found {
                try await ledger.verifyContinuation(of: checkpoint, from: source)
            }
        } catch let error as Discontinuity { return error.cause ?? error.summary }
        let recorded = try await ledger.checkpoints(limit: 1).first?.checkpoint.size ?? 0
        guard let witnessed, witnessed.size > recorded else { return nil }
        return
            "\(witnessed.source) has cosigned \(witnessed.size) events, and the ledger has signed "
            + "\(recorded)"
    }
}
