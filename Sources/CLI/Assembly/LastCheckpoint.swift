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
    /// The file of the last published checkpoint, when it holds none.
    private(set) var damaged: String?
    /// Whether somebody else than the files of this installation says how far the log came.
    private var isConfirmed = false
    /// All that the ledger is to go on from.
    private var found: [(checkpoint: SignedCheckpoint, source: String)] = []

    private let workspace: Workspace
    /// `nil` when it cannot be read.
    private let ledger: SQLiteLedger?
    /// Of the log; none when both the ledger and the key are lost.
    private let keys: [NoteVerifier]

    /// - Parameter files: Checkpoints that somebody kept and handed over.
    init(_ workspace: Workspace, files: [String]) async throws {
        self.workspace = workspace
        ledger = try? workspace.openFile()
        let signer = try? workspace.readSigningKey()
        keys = ((try? await ledger?.signingKeys()) ?? []) + [signer?.verifier].compactMap { $0 }
        for file in files {
            let checkpoint = try workspace.readCheckpoint(file)
            if let error = distrust(of: checkpoint, isHandedOver: true) {
                throw CommandError("\(file) is not believed", because: error)
            }
            add(checkpoint, from: file)
            isConfirmed = true
        }
        do {
            if let published = try workspace.readPublished() {
                add(published, from: workspace.publishedPath)
            }
        } catch {
            damaged = workspace.publishedPath
            remarks.append(oneLine(error))
        }
        if let recorded = try? await ledger?.checkpoints(limit: 1).first {
            add(recorded, from: workspace.ledgerPath)
        }
        do {
            if let (anchored, source) = try await Anchoring(workspace: workspace)
                .last(within: .seconds(60))
            {
                isConfirmed = add(anchored, from: source) || isConfirmed
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

    /// - Returns: Whether it is believed.
    @discardableResult
    private mutating func add(_ checkpoint: SignedCheckpoint, from source: String) -> Bool {
        if let error = distrust(of: checkpoint) {
            remarks.append("\(source) is not believed: \(error)")
            return false
        }
        found.append((checkpoint, source))
        if checkpoint.checkpoint.size > newest?.checkpoint.checkpoint.size ?? -1 {
            newest = (checkpoint, source)
        }
        return true
    }

    /// Why a checkpoint is not one of this log: a key of the log must have signed it, or a witness of ours.
    ///
    /// Where no key of the log is left, the name must be that of the others; what somebody hands over must then be
    /// cosigned, where there are witnesses.
    private func distrust(of checkpoint: SignedCheckpoint, isHandedOver: Bool = false) -> String? {
        if let origin, origin != checkpoint.checkpoint.origin {
            return "it is of the log \(checkpoint.checkpoint.origin)"
        }
        let witnesses = ((try? workspace.witnesses()) ?? []).map(\.key)
        // Signed by nobody whom we know is an error, too.
        if (try? checkpoint.note.verified(by: witnesses))?.isEmpty == false { return nil }
        guard keys.isEmpty else {
            do throws(ProofError) { try checkpoint.verify(by: keys) } catch { return error.summary }
            return nil
        }
        return isHandedOver && !witnesses.isEmpty
            ? "no key of the log is left, and no witness of tidemark.yaml has cosigned it" : nil
    }

    private mutating func askWitnesses(_ signer: NoteSigner?) async throws {
        guard let signer, signer.name.text == origin else {
            remarks += try workspace.witnesses().map {
                """
                witness \($0.key.name) was not asked, as there is no key of the log to ask with; what it cosigned \
                last can be handed over with --from-checkpoint
                """
            }
            return
        }
        for answer in try await workspace.witnessedSizes(
            of: signer, within: Checkpointing.patience)
        {
            switch answer.size {
            case .success(let size):
                guard size > 0 else { continue }
                isConfirmed = true
                if size > witnessed?.size ?? 0 { witnessed = (size, "witness \(answer.witness)") }
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
        if let witnessed, witnessed.size > recorded {
            return
                "\(witnessed.source) has cosigned \(witnessed.size) events, and the ledger has "
                + "signed \(recorded)"
        }
        guard let damaged, !isConfirmed else { return nil }
        return
            "the last published checkpoint at \(damaged) cannot be read, and nobody else says what "
            + "it was"
    }
}
