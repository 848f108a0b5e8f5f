internal import Digests
internal import EventLog
internal import Glibc
internal import Model
internal import Projections

/// What a saved state must be of to be used; anything else about it makes it worthless.
struct SavedStateKey: Equatable {
    var position: Int64
    var projectionVersion: Int
    /// Of the envelope at the position: another history has another one.
    var envelope: Digest
    /// How many payloads up to the position are gone: they no longer fold.
    var redactions: Int64

    /// The text before the rows, up to their digest.
    ///
    /// The program is named by its size and age: another build may fold otherwise and forget to say so.
    fileprivate var header: String {
        """
        tidemark saved state 1
        program \(Self.program)
        events \(Digest(of: EventCodec.types.joined(separator: "\n")))
        projections \(projectionVersion)
        position \(position)
        envelope \(envelope)
        redactions \(redactions)

        """
    }

    private static let program: String = {
        var info = stat()
        guard stat("/proc/self/exe", &info) == 0 else { return "unknown \(getpid())" }
        return "\(info.st_size) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)"
    }()
}

/// A folded past in a file beside the ledger, so that a question about the past need not fold everything.
///
/// Only a cache: it is made when somebody asks, used when every word of its key and the digest of its rows
/// are right, ignored otherwise, and never looked at by verification.
struct SavedState {
    let key: SavedStateKey
    let state: LedgerState

    /// Hands over the bytes of the file a piece at a time: the key, the rows, each with the lengths of its
    /// parts, and the digest of the rows.
    func encode(_ write: ([UInt8]) -> Void) {
        write(Array(key.header.utf8))
        var digest = DigestBuilder()
        var piece: [UInt8] = []
        func flush() {
            digest.update(piece)
            write(piece)
            piece.removeAll(keepingCapacity: true)
        }
        state.forEachStoredRow { row in
            let value = row.bytes ?? []
            for count in [row.projection.utf8.count, row.key.utf8.count, value.count] {
                withUnsafeBytes(of: UInt32(count).littleEndian) { piece.append(contentsOf: $0) }
            }
            piece += row.projection.utf8
            piece += row.key.utf8
            piece += value
            if piece.count > 1 << 20 { flush() }
        }
        flush()
        write(Array(digest.finish().description.utf8))
    }

    /// - Returns: `nil` when the bytes are not those of a state with this key.
    static func decode(_ bytes: [UInt8], _ key: SavedStateKey, recordedAt: Timestamp?)
        -> LedgerState?
    {
        let header = Array(key.header.utf8)
        let end = bytes.count - 64
        guard header.count <= end, bytes.starts(with: header),
            bytes[end...].elementsEqual(Digest(of: bytes[header.count..<end]).description.utf8)
        else { return nil }
        return try? LedgerState(
            rows: SavedRows(bytes: bytes, offset: header.count, end: end), position: key.position,
            recordedAt: recordedAt)
    }
}

/// The rows in the bytes of a saved state, one after another.
private struct SavedRows: Sequence, IteratorProtocol {
    let bytes: [UInt8]
    var offset: Int
    let end: Int

    mutating func next() -> RowChange? {
        guard offset + 12 <= end else { return nil }
        let counts = (0..<3).map { part in
            (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 * part + $1]) << (8 * $1) }
        }
        offset += 12
        guard offset + counts.reduce(0, +) <= end else { return nil }
        func take(_ count: Int) -> ArraySlice<UInt8> {
            defer { offset += count }
            return bytes[offset..<offset + count]
        }
        return RowChange(
            projection: String(decoding: take(counts[0]), as: UTF8.self),
            key: String(decoding: take(counts[1]), as: UTF8.self), bytes: Array(take(counts[2])))
    }
}

/// The saved states of one ledger: files in the folder `PATH.states`, named by their positions.
struct SavedStates {
    private let folder: String

    /// States are saved at multiples of this.
    static let interval: Int64 = 1 << 16
    /// So many are kept; the one of the lowest position goes first.
    private static let most = 4

    init(of ledger: String) { folder = ledger + ".states" }

    /// The positions of the states that are there, in ascending order.
    var positions: [Int64] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var positions: [Int64] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let position = Int64(name), position > 0 { positions.append(position) }
        }
        return positions.sorted()
    }

    private func path(_ position: Int64) -> String { "\(folder)/\(position)" }

    /// `nil` when there is none with this key.
    func load(_ key: SavedStateKey, recordedAt: Timestamp?) -> LedgerState? {
        guard let file = fopen(path(key.position), "rb") else { return nil }
        defer { fclose(file) }
        var info = stat()
        guard fstat(fileno(file), &info) == 0 else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        return SavedState.decode(bytes, key, recordedAt: recordedAt)
    }

    /// Keeps a state; a folder that cannot be written to is no error, only slower.
    func save(_ saved: SavedState) {
        mkdir(folder, 0o700)
        let draft = path(saved.key.position) + ".\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, let file = fdopen(descriptor, "wb") else { return }
        var isWhole = true
        saved.encode { bytes in
            isWhole = fwrite(bytes, 1, bytes.count, file) == bytes.count && isWhole
        }
        guard fclose(file) == 0, isWhole else {
            unlink(draft)
            return
        }
        rename(draft, path(saved.key.position))
        for position in positions.dropLast(Self.most) { unlink(path(position)) }
    }

    /// Removes all of them: what was redacted must stand nowhere.
    func removeAll() {
        for position in positions { unlink(path(position)) }
        rmdir(folder)
    }
}
