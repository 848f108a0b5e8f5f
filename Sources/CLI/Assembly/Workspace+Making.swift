internal import Digests
internal import EventLog
internal import Glibc
internal import SQLiteLedger

extension Workspace {
    /// A name for a log that nobody has named: of this machine, with something random.
    func defaultOrigin() -> String {
        var name = [CChar](repeating: 0, count: 256)
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            : "localhost"
        return "\(KeyName(host) == nil ? "localhost" : host)/tidemark/"
            + hex(RandomSource.system.bytes(4))
    }

    /// Makes a key for the checkpoints of a log, readable by its owner only.
    func makeSigningKey(origin: String, at path: String) throws {
        guard let name = KeyName(origin) else {
            throw CommandError(
                "\"\(origin)\" cannot be the name of a log",
                because: "it is empty, or has spaces or plus signs in it",
                try: "a URL without schema, such as example.com/audit/shop")
        }
        guard let key = SigningKey(seed: RandomSource.system.bytes(SigningKey.seedBytes)) else {
            throw CommandError("cannot make a key")
        }
        let signer = NoteSigner(name: name, type: .note, key: key)
        guard try Files.create(path, Array("\(signer.privateText)\n".utf8), mode: 0o600) else {
            throw CommandError("\(path) exists already")
        }
    }

    /// Makes the ledger of the keys that are there.
    func makeLedger() throws { try makeLedger(at: ledgerPath, of: try readSigningKey(), nil) }

    /// Makes a ledger, and leaves it closed.
    ///
    /// - Parameters:
    ///   - signer: Of its checkpoints.
    ///   - succession: The log that it goes on from.
    func makeLedger(
        at path: String, of signer: NoteSigner, _ succession: LedgerOpened.Succession?
    ) throws {
        try Files.createFolder(Files.folder(of: path))
        try SQLiteLedger.make(
            path: path, programVersion: Program.version, tokenKeyID: try readTokenKey().id,
            origin: signer.name.text, signingKey: signer.verifier.text, succeeds: succession)
    }
}
