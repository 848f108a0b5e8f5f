internal import ArgumentParser
internal import Digests
internal import EventLog
internal import Glibc
internal import Logging
internal import Model
internal import SQLiteLedger
internal import Server

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign the checkpoints of other ledgers, as a witness.",
        discussion: """
            Cosigns a checkpoint only when it continues the last one of the same log, so that a log \
            whose history was changed is found out: https://c2sp.org/tlog-witness. It should run on \
            another machine, in other hands, than the ledgers it watches. Its key and what it has \
            cosigned are kept in a folder, which must never be brought back from an old copy. Needs \
            no tidemark.yaml.

            Example: tidemark witness --name witness.example/w1 --log KEY --listen 10.0.0.5:7380.
            """)

    @Option(help: "Name of the witness, for a new key: a URL without schema.")
    var name: String?

    @Option(help: "Folder of its key and of what it has cosigned.", completion: .directory)
    var state = "tidemark-witness"

    @Option(help: "Verifier key of a log to cosign for; may be repeated.")
    var log: [String] = []

    @Option(help: "Address and port to listen on.")
    var listen = "127.0.0.1:7380"

    @Flag(help: "Only print the verifier key of the witness, making it when there is none.")
    var printKey = false

    @Flag(help: "Only print the checkpoint of each log that was cosigned last.")
    var printCheckpoint = false

    func run() async throws {
        let folder = Surroundings.current.path(state)
        try Files.createFolder(folder, mode: 0o700)
        let signer = try key(folder)
        if printKey { return try show(signer.verifier.text) }
        let logs = try log.map(Self.logKey)
        guard !logs.isEmpty else {
            throw CommandError(
                "no log is named", try: "give the verifier key of each log with --log")
        }
        if printCheckpoint {
            for log in logs { try show(try WitnessDesk.last(of: log, in: folder, signer)) }
            return
        }
        let address = try ListenAddress(listen)
        let logger = ErrorStreamLog.logger(level: .info)
        let desk = try WitnessDesk(folder: folder, signer: signer, logs: logs)
        try show(signer.verifier.text)
        _ = try await untilInterrupted {
            let server = WitnessServer(host: address.host, port: address.port, log: logger) {
                try await desk.answer($0)
            }
            try await server.run { logger.info("listening on http://\(address.host):\($0)") }
        }
        logger.info("stopped")
    }

    private func key(_ folder: String) throws -> NoteSigner {
        let path = folder + "/witness.key"
        if !Files.exists(path) {
            guard let name = name.flatMap({ KeyName($0) }),
                let key = SigningKey(seed: RandomSource.system.bytes(SigningKey.seedBytes))
            else {
                throw CommandError(
                    "the witness has no key yet, and no name for one",
                    try: "--name with a URL without schema, such as witness.example/w1")
            }
            let signer = NoteSigner(name: name, type: .cosignature, key: key)
            _ = try Files.create(path, Array("\(signer.privateText)\n".utf8), mode: 0o600)
        }
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        do throws(ProofError) {
            let signer = try NoteSigner(parsingPrivate: String(text.dropLast()))
            guard signer.type == .cosignature else {
                throw .unsupportedKeyType(signer.type.rawValue)
            }
            if let name, name != signer.name.text {
                warn("--name changes nothing: the key at \(path) is of \(signer.name)")
            }
            return signer
        } catch {
            throw CommandError(
                "the key at \(path) cannot be used", because: error.cause ?? error.summary,
                try: "restore it from its backup, or retire this witness")
        }
    }

    private static func logKey(_ text: String) throws -> NoteVerifier {
        do throws(ProofError) {
            let key = try NoteVerifier(parsing: text)
            guard key.type == .note else {
                throw .malformed(.key, reason: "it is the key of a witness, not of a log")
            }
            return key
        } catch {
            throw CommandError(
                "\(text) is no key of a log", because: error.cause ?? error.summary)
        }
    }
}

/// `127.0.0.1:7380`, `[::1]:7380`; port 0 means any free one.
private struct ListenAddress {
    var host: String
    var port: Int

    init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = UInt16(text[text.index(after: colon)...])
        else {
            throw CommandError(
                "\"\(text)\" is no address to listen on", try: "such as 127.0.0.1:7380")
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
        self.port = Int(port)
    }
}

/// One witness and the folder that it remembers in; answers one request after another.
private actor WitnessDesk {
    private let folder: String
    private var witness: Witness
    /// Held as long as this process serves: two witnesses with one memory would not know of each other.
    private let lock: Int32

    init(folder: String, signer: NoteSigner, logs: [NoteVerifier]) throws {
        lock = open(folder + "/witness.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError(
                "another witness uses \(folder)", because: String(cString: strerror(errno)),
                try: "stop that process first, or name another folder with --state")
        }
        var latest: [KeyName: SignedCheckpoint] = [:]
        for log in logs {
            let path = Self.path(folder, log.name)
            guard Files.exists(path) else { continue }
            do throws(ProofError) {
                let checkpoint = try SignedCheckpoint(parsing: Self.read(path))
                guard checkpoint.checkpoint.origin == log.name.text else {
                    throw .wrongOrigin(
                        expected: log.name.text, found: checkpoint.checkpoint.origin)
                }
                latest[log.name] = checkpoint
            } catch {
                // Without its memory a witness must not go on: it would cosign a second history.
                throw CommandError(
                    "what was cosigned of \(log.name) cannot be read",
                    because: "\(path): \(error.cause ?? error.summary)",
                    try: "retire this witness, and begin with a new key in another folder")
            }
        }
        self.folder = folder
        witness = Witness(signer: signer, logs: logs, latest: latest)
    }

    deinit { close(lock) }

    /// The note that was cosigned last, with a cosignature under it.
    static func last(of log: NoteVerifier, in folder: String, _ signer: NoteSigner) throws -> String
    {
        let path = path(folder, log.name)
        guard Files.exists(path) else {
            throw CommandError("nothing of \(log.name) was cosigned yet")
        }
        let checkpoint = try SignedCheckpoint(parsing: try Files.read(path))
        let signature = signer.sign(checkpoint.note.text, at: TimeSource.system.now().seconds)
        return String(decoding: checkpoint.bytes, as: UTF8.self) + signature.line
    }

    /// A file that cannot be read is taken for one that holds nothing, which is refused.
    private static func read(_ path: String) -> [UInt8] { (try? Files.read(path)) ?? [] }

    private static func path(_ folder: String, _ log: KeyName) -> String {
        "\(folder)/\(Digest(of: log.text)).checkpoint"
    }

    func answer(_ body: [UInt8]) throws -> WitnessAnswer {
        var next = witness
        let answer = next.answer(body, at: TimeSource.system.now().seconds)
        for (log, checkpoint) in next.latest where witness.latest[log] != checkpoint {
            try Files.replace(Self.path(folder, log), checkpoint.bytes)
        }
        witness = next
        return answer
    }
}
