/// `HTTPServerName` as `http_server_name`: words in small letters with a connector between them.
///
/// Source: https://github.com/huandu/xstrings/blob/v1.5.0/convert.go, ToSnakeCase, ToKebabCase
func separated(_ text: ByteString, by connector: Unicode.Scalar) -> ByteString {
    var words = WordReader(text.scalars)
    var out = SeparatedWriter(connector: connector)
    var word = words.next()
    while let current = word, !words.isAtEnd {
        if current.kind != .connector { out.write(current) }
        word = words.next()
        switch current.kind {
        case .connector: out.write(current)
        case .punctuation, .invalid: break
        case .number:
            while let next = word, next.kind == .alphabet || next.kind == .number {
                out.write(next)
                word = words.next()
            }
            out.connect(to: word)
        case .upper, .alphabet, .other: writeAfterLetters(&out, &words, &word)
        }
    }
    if let word { out.write(word) }
    return ByteString(out.scalars)
}

/// Decides to which word a number belongs that follows letters.
private func writeAfterLetters(
    _ out: inout SeparatedWriter, _ words: inout WordReader, _ word: inout Word?
) {
    guard let number = word, number.kind == .number else {
        out.connect(to: word)
        return
    }
    guard !words.isAtEnd else { return }
    word = words.next()
    guard word?.kind == .alphabet else {
        // `Bld4Floor`: the number ends the word before it.
        out.write(number)
        out.connect(to: word)
        return
    }
    // `HTTP2xx`: with small letters behind it, it begins a word.
    out.scalars.append(out.connector)
    out.write(number)
    while let next = word, next.kind == .alphabet || next.kind == .number {
        out.write(next)
        word = words.next()
    }
    out.connect(to: word)
}

private struct Word {
    enum Kind {
        case number, upper, alphabet, connector, punctuation, other, invalid
    }

    var kind: Kind
    var scalars: ArraySlice<Unicode.Scalar>
}

private struct SeparatedWriter {
    var connector: Unicode.Scalar
    var scalars: [Unicode.Scalar] = []

    mutating func write(_ word: Word) {
        guard word.kind == .upper || word.kind == .connector else {
            scalars += word.scalars
            return
        }
        for scalar in word.scalars {
            scalars.append(isConnector(scalar) ? connector : simpleLowercase(scalar))
        }
    }

    /// Puts a connector before a word that does not bring its own.
    mutating func connect(to word: Word?) {
        guard let word, word.kind != .connector, word.kind != .punctuation else { return }
        scalars.append(connector)
    }
}

private struct WordReader {
    private var rest: ArraySlice<Unicode.Scalar>

    init(_ scalars: [Unicode.Scalar]) { rest = scalars[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() -> Word? {
        guard let first = rest.first else { return nil }
        if first == "\u{FFFD}" { return take(.invalid, 1) }
        if isConnector(first) { return take(.connector, while: isConnector) }
        if isGoPunctuation(first) { return take(.punctuation, while: isGoPunctuation) }
        if isGoUpper(first) { return takeUpper() }
        if isAlphabetic(first) { return take(.alphabet, while: isSmallLetter) }
        if isGoNumber(first) { return take(.number, while: isGoNumber) }
        return take(.other) { scalar in
            !isConnector(scalar) && !isAlphabetic(scalar) && !isGoNumber(scalar)
                && !isGoPunctuation(scalar)
        }
    }

    /// `Status` as one word; `HTTPStatus` as `HTTP`, for its last capital belongs to the next word.
    private mutating func takeUpper() -> Word {
        let capitals = rest.prefix(while: isGoUpper).count
        if capitals == 1 {
            return take(.upper, 1 + rest.dropFirst().prefix(while: isSmallLetter).count)
        }
        let after = rest.dropFirst(capitals).first
        return take(.upper, after.map(isAlphabetic) == true ? capitals - 1 : capitals)
    }

    private mutating func take(
        _ kind: Word.Kind, while belongs: (Unicode.Scalar) -> Bool
    ) -> Word {
        take(kind, 1 + rest.dropFirst().prefix(while: belongs).count)
    }

    private mutating func take(_ kind: Word.Kind, _ count: Int) -> Word {
        defer { rest = rest.dropFirst(count) }
        return Word(kind: kind, scalars: rest.prefix(count))
    }
}

func isConnector(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "-" || scalar == "_" || isGoSpace(scalar)
}

private func isSmallLetter(_ scalar: Unicode.Scalar) -> Bool {
    isAlphabetic(scalar) && !isGoUpper(scalar)
}

/// Whether a letter makes words by standing beside others: all but those of Chinese and its relatives.
private func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
    guard isGoLetter(scalar) else { return false }
    switch scalar.value {
    case 0x3400...0x4D85, 0x4E00...0x9FCC, 0x20000...0x2B81D: return false
    default: return true
    }
}
