/// Cuts a stream of chunks into lines.
///
/// What a connection that was cut leaves behind is no line: it is never handed out.
struct WatchLines {
    private var buffer: [UInt8] = []
    private var start = 0
    /// No newline stands before this index.
    private var searched = 0
    let maxLine: Int

    init(maxLine: Int = 64 << 20) { self.maxLine = maxLine }

    /// Bytes after the last newline.
    var pending: Int { buffer.count - start }

    /// Whether the unfinished line is longer than any line may be.
    var isTooLong: Bool { pending > maxLine }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        buffer += bytes
    }

    /// The next complete line without its newline; blank lines are skipped.
    mutating func next() -> [UInt8]? {
        while let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(buffer[start..<newline])
            start = newline + 1
            searched = start
            if !line.isEmpty { return line }
        }
        searched = buffer.count
        return nil
    }
}
