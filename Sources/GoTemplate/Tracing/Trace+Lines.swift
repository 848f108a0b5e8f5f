extension Trace {
    /// Where a line of the text came from.
    public struct Line {
        /// The template that wrote its first character that is no space.
        public var site: CallSite
        /// All that was read for it, each key of a map once.
        public var reads: [Read]
    }

    /// The origin of each line of the text.
    ///
    /// What an action had other templates write usually comes out of it line for line, indented or quoted. A line that
    /// is still the same but for spaces around it is attributed to the template that wrote it first.
    public var lines: [Line] {
        var lines: [Line] = []
        var isOpen = false
        var hasSite = false
        for piece in pieces {
            let parts = lineParts(of: piece)
            for (place, part) in parts.enumerated() {
                if !isOpen || place > 0 {
                    lines.append(Line(site: part.site, reads: []))
                    isOpen = true
                    hasSite = false
                }
                if !hasSite, !trimmed(part.text).isEmpty {
                    lines[lines.count - 1].site = part.site
                    hasSite = true
                }
                if !part.text.isEmpty { lines[lines.count - 1].add(part.reads) }
            }
        }
        // A line feed at the end begins no line.
        if text.bytes.last == UInt8(ascii: "\n") { lines.removeLast() }
        return lines
    }

    private struct Part {
        var text: ArraySlice<UInt8>
        var site: CallSite
        var reads: [Read]
    }

    private func lineParts(of piece: Piece) -> [Part] {
        let texts = text.bytes[piece.range].split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard piece.isAction else {
            return texts.enumerated().map { place, text in
                var site = piece.site
                site.line += place
                if place > 0 { site.column = 0 }
                return Part(text: text, site: site, reads: piece.reads)
            }
        }
        var inner = IncludedLines(piece.included)
        return texts.map { text in
            guard let line = inner.next(like: text) else {
                return Part(text: text, site: piece.site, reads: piece.reads)
            }
            return Part(text: text, site: line.site, reads: line.reads + piece.reads)
        }
    }
}

extension Trace.Line {
    fileprivate mutating func add(_ more: [Trace.Read]) {
        for read in more {
            let known = reads.firstIndex { $0.map === read.map && $0.key == read.key }
            guard let known else {
                reads.append(read)
                continue
            }
            // What flowed in counts for more than what only decided.
            if !read.isCondition { reads[known] = read }
        }
    }
}

/// The lines that included templates wrote, looked through in their order.
private struct IncludedLines {
    private var lines: [(text: ArraySlice<UInt8>, line: Trace.Line)] = []
    private var place = 0

    init(_ traces: [Trace]) {
        for trace in traces {
            let texts = trace.text.bytes.split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (text, line) in zip(texts, trace.lines) { lines.append((trimmed(text), line)) }
        }
    }

    /// The next line with that text, or the first one if there is none further on.
    mutating func next(like text: ArraySlice<UInt8>) -> Trace.Line? {
        let text = trimmed(text)
        guard !text.isEmpty else { return nil }
        let rest = lines[place...].firstIndex { $0.text.elementsEqual(text) }
        let found = rest ?? lines[..<place].firstIndex { $0.text.elementsEqual(text) }
        guard let found else { return nil }
        place = found + 1
        return lines[found].line
    }
}

/// Without spaces and quotes around it.
private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isOutside = { (byte: UInt8) in isSpace(byte) || "\"'".utf8.contains(byte) }
    guard let first = text.firstIndex(where: { !isOutside($0) }),
        let last = text.lastIndex(where: { !isOutside($0) })
    else { return [] }
    return text[first...last]
}
