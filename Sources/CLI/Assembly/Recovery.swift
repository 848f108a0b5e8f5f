internal import EventLog
internal import Model
internal import SQLiteLedger

/// The exchange of a ledger, its key and its last checkpoint for those of a new log.
///
/// 1. Everything new is made beside the old under names that end in `.next`. Until the file `recovery` in the folder of
///    keys says which log is to come, that is a draft, and made anew.
/// 2. From then on one file after another gets another name, each at once. What is done is seen from the files, so
///    whoever is killed goes on with the next step: the ledger first, then the key, then the checkpoint, then `recovery`.
/// 3. Nobody opens the ledger for writing while `recovery` is there.
package struct Recovery: Equatable {
    private let ledger: String
    private let key: String
    private let published: String
    private let note: String
    /// The name of the new log.
    package let origin: String
    /// What is put behind the names of the old files.
    let suffix: String

    private static let next = ".next"
    private static let beside = ["", "-wal", "-shm", ".erase"]

    private init(_ workspace: Workspace, origin: String, suffix: String) {
        ledger = workspace.ledgerPath
        key = workspace.signingKeyPath
        published = workspace.publishedPath
        note = Self.notePath(workspace)
        self.origin = origin
        self.suffix = suffix
    }

    private static func notePath(_ workspace: Workspace) -> String {
        workspace.keysFolder + "/recovery"
    }

    /// The one that was begun and has not ended.
    static func begun(_ workspace: Workspace) throws -> Recovery? {
        let path = notePath(workspace)
        guard Files.exists(path) else { return nil }
        let lines = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, KeyName(String(lines[0])) != nil else {
            throw CommandError(
                "\(path) cannot be read", because: "it is not the name of a log and a suffix",
                try: "delete it when no recovery was begun")
        }
        return Recovery(workspace, origin: String(lines[0]), suffix: String(lines[1]))
    }

    /// Makes everything new, and begins.
    ///
    /// - Parameter succession: The log that ends.
    static func begin(
        _ workspace: Workspace, origin: String, _ succession: LedgerOpened.Succession
    ) throws -> Recovery {
        let recovery = Recovery(
            workspace, origin: origin, suffix: freeSuffix(workspace, succession.size))
        for path in ["", "-wal", "-shm", ".lock", ".reserve", ".new", ".new-wal", ".new-shm"].map({
            recovery.ledger + next + $0
        }) + [recovery.key + next] {
            try Files.remove(path)
        }
        try Files.createFolder(workspace.keysFolder, mode: 0o700)
        try workspace.makeSigningKey(origin: origin, at: recovery.key + next)
        try workspace.makeLedger(
            at: recovery.ledger + next, of: try workspace.readSigningKey(recovery.key + next),
            succession)
        try Files.replace(recovery.note, Array("\(origin)\n\(recovery.suffix)\n".utf8))
        return recovery
    }

    /// With the size of the old checkpoint, and a number if need be: none of the old files has been given it.
    private static func freeSuffix(_ workspace: Workspace, _ size: Int64) -> String {
        let files = [workspace.ledgerPath, workspace.signingKeyPath, workspace.publishedPath]
        var suffix = ".until-\(size)"
        var number = 2
        while files.contains(where: { file in
            beside.contains { Files.exists(file + suffix + $0) }
        }) {
            suffix = ".until-\(size)-\(number)"
            number += 1
        }
        return suffix
    }

    /// Does the next thing that is not done yet.
    ///
    /// - Returns: Whether there was one.
    package func step() throws -> Bool {
        for (path, beside) in [(ledger, Self.beside), (key, [""])]
        where Files.exists(path + Self.next) {
            for end in beside where Files.exists(path + end) {
                try Files.rename(path + end, to: path + suffix + end)
                return true
            }
            try Files.rename(path + Self.next, to: path)
            return true
        }
        if Files.exists(published) {
            try Files.rename(published, to: published + suffix)
            return true
        }
        guard Files.exists(note) else { return false }
        SQLiteLedger.removeSavedStates(of: ledger)
        try Files.remove(note)
        return true
    }

    /// Why nothing else may be done with the ledger meanwhile.
    var interruption: CommandError {
        CommandError(
            "the ledger is being exchanged for that of the log \(origin)",
            because: "tidemark recover was interrupted",
            try: "tidemark recover --new-origin \(origin) goes on")
    }

    /// The old files that were kept, and the new ones.
    var files: (kept: [String], made: [String]) {
        ([ledger, key, published].map { $0 + suffix }.filter(Files.exists), [key, ledger])
    }
}
