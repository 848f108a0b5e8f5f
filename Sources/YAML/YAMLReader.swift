import CYAML
public import Model

/// Reads every document of a YAML file as Kubernetes does.
///
/// A document in which nothing is written is skipped; one that says `null` is not. All mistakes are
/// reported that can be told apart; after a break of YAML's syntax reading ends. Anchors live in one
/// document. Keys are strings in the end: `1:` and `y:` become `"1"` and `"true"`.
///
/// Duplicate keys, also those that get equal by that, are errors, unlike with kubectl, where the last
/// one wins silently.
public func parseYAML(
    _ bytes: [UInt8], file: String, dialect: YAMLDialect = .strict,
    limits: ParseLimits = .standard
) throws(Problems) -> [YAMLDocument] {
    let (documents, problems) = bytes.withUnsafeBufferPointer { buffer in
        var reader = YAMLReader(bytes: buffer, file: file, dialect: dialect, limits: limits)
        return reader.readStream()
    }
    guard problems.isEmpty else { throw Problems(problems) }
    return documents
}

/// What a reading makes of mistakes that some programs let pass.
public enum YAMLDialect: Sendable {
    /// Equal keys are a mistake; problems say what the file's author needs to know.
    case strict
    /// As go-yaml v2 reads, which Helm rests on: of equal keys the last one counts, and the message of a problem
    /// is go-yaml's: `line 6: did not find expected key`.
    case goYAML
}

/// Builds trees from libyaml's events, without recursion.
///
/// A value that is complete is handed to the innermost open object or array; when that ends, its
/// entries are taken off a stack shared by all levels and become one value themselves.
struct YAMLReader: ~Copyable {
    struct Frame {
        enum Kind { case object, array }
        var kind: Kind
        /// Index of the mark of this object or array.
        var mark: Int
        /// Where its entries or elements begin on the shared stack.
        var start: Int
        /// The key that waits for its value.
        var key = Key()
        var anchor: String?
        /// `nodeCount` when it began.
        var firstNode: Int
        var merges: [Merge] = []
    }

    struct Key {
        enum Meaning: UInt8 {
            /// No key waits.
            case none
            case field
            /// What follows is merged into the object, not set under a key.
            case merge
            /// The key could not be read and is reported; its value is read and dropped.
            case invalid
        }
        var meaning = Meaning.none
        /// 0 when there is no key, or one that was reported.
        var line: UInt32 = 0
        var column: UInt32 = 0
        var name = ""
    }

    struct Merge {
        var value: Node
        var mark: Int
        /// How many entries of the object came before it.
        var entryCount: Int
    }

    struct Anchored {
        var value: Node
        var mark: Int
        var nodeCount: Int
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let dialect: YAMLDialect
    let limits: ParseLimits

    var problems: [Problem] = []
    var marks = YAMLMarks()
    var frames: [Frame] = []
    var entries = ValueStack<Mapping.Element>()
    /// The index of each entry's mark.
    var entryMarks: [Int32] = []
    var elements = ValueStack<Node>()
    var anchors: [String: Anchored] = [:]
    var nodeCount = 0
    var root: (value: Node, mark: Int)?
    /// Set by a limit, which ends the reading.
    var isStopped = false
    private var documents: [(root: Node, mark: Int)] = []

    init(
        bytes: UnsafeBufferPointer<UInt8>, file: String, dialect: YAMLDialect, limits: ParseLimits
    ) {
        // libyaml would take a byte order mark for a column, and what follows for less indented.
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        self.bytes = hasMark ? UnsafeBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
        self.file = file
        self.dialect = dialect
        self.limits = limits
    }

    mutating func readStream() -> ([YAMLDocument], [Problem]) {
        guard bytes.count <= limits.maxBytes else {
            report(line: 1, column: 1, "the file is longer than \(limits.maxBytes) bytes")
            return ([], problems)
        }
        if let offset = firstInvalidUTF8(bytes) {
            let place = textPosition(of: offset, in: bytes)
            report(line: place.line, column: place.column, "the file is not UTF-8 here")
            return ([], problems)
        }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            report(line: 1, column: 1, "there is no memory to read the file")
            return ([], problems)
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        // Manifests have a value every 20 to 40 bytes.
        marks.marks.reserveCapacity(bytes.count / 40)
        readEvents(parser)
        let marks = self.marks
        return (
            documents.map { YAMLDocument(root: $0.root, marks: marks, rootMark: $0.mark) }, problems
        )
    }

    private mutating func readEvents(_ parser: UnsafeMutablePointer<yaml_parser_t>) {
        var event = yaml_event_t()
        while !isStopped {
            guard yaml_parser_parse(parser, &event) == 1 else {
                reportSyntax(parser.pointee)
                return
            }
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_SCALAR_EVENT: readScalar(event.data.scalar, at: event.start_mark)
            case YAML_MAPPING_START_EVENT:
                begin(.object, anchor: event.data.mapping_start.anchor, at: event.start_mark)
            case YAML_SEQUENCE_START_EVENT:
                begin(.array, anchor: event.data.sequence_start.anchor, at: event.start_mark)
            case YAML_MAPPING_END_EVENT: endObject()
            case YAML_SEQUENCE_END_EVENT: endArray()
            case YAML_ALIAS_EVENT:
                readAlias(event.data.alias.anchor, at: event.start_mark)
            case YAML_DOCUMENT_START_EVENT:
                anchors.removeAll(keepingCapacity: true)
                root = nil
            case YAML_DOCUMENT_END_EVENT:
                if let root { documents.append((root.value, root.mark)) }
            case YAML_STREAM_END_EVENT: return
            default: break
            }
        }
    }
}

// MARK: - Values

extension YAMLReader {
    /// Adds a mark for a value that begins here; it stands for a leaf until its children follow.
    mutating func addMark(_ mark: yaml_mark_t) -> Int {
        let index = marks.marks.count
        let last = frames.count - 1
        marks.marks.append(
            YAMLMarks.Mark(
                line: UInt32(truncatingIfNeeded: mark.line + 1),
                column: UInt32(truncatingIfNeeded: mark.column + 1),
                keyLine: last < 0 ? 0 : frames[last].key.line,
                keyColumn: last < 0 ? 0 : frames[last].key.column,
                children: UInt32(truncatingIfNeeded: index + 1),
                next: UInt32(truncatingIfNeeded: index + 1)))
        return index
    }

    /// Counts values against the limit; `false` ends the reading.
    mutating func count(_ nodes: Int, at mark: yaml_mark_t) -> Bool {
        nodeCount += nodes
        guard nodeCount <= limits.maxNodes else {
            report(
                at: mark,
                "more than \(limits.maxNodes) values, aliases counted as what they stand for")
            isStopped = true
            return false
        }
        return true
    }

    mutating func begin(
        _ kind: Frame.Kind, anchor: UnsafeMutablePointer<yaml_char_t>?, at mark: yaml_mark_t
    ) {
        guard frames.count < limits.maxDepth else {
            report(at: mark, "nested deeper than \(limits.maxDepth) levels")
            isStopped = true
            return
        }
        guard count(1, at: mark) else { return }
        if isAtKey {
            report(at: mark, "\(kind == .object ? "an object" : "an array") cannot be a key")
        }
        let index = addMark(mark)
        frames.append(
            Frame(
                kind: kind, mark: index, start: kind == .object ? entries.count : elements.count,
                anchor: anchor.map { String(cString: $0) }, firstNode: nodeCount))
    }

    mutating func endArray() {
        guard let frame = frames.popLast() else { return }
        end(frame, .array(elements.take(from: frame.start)))
    }

    mutating func endObject() {
        guard let frame = frames.popLast() else { return }
        let hasDuplicates = reportDuplicates(frame)
        let own = entries.take(from: frame.start)
        let mapping: Mapping
        if !frame.merges.isEmpty {
            mapping = merged(frame, own)
        } else if hasDuplicates {
            mapping = Mapping(own)
        } else {
            mapping = Mapping(uniqueKeys: own)
        }
        entryMarks.removeLast(own.count)
        end(frame, .object(mapping))
    }

    private mutating func end(_ frame: Frame, _ value: Node) {
        marks.marks[frame.mark].next = UInt32(truncatingIfNeeded: marks.marks.count)
        if let anchor = frame.anchor {
            anchors[anchor] = Anchored(
                value: value, mark: frame.mark, nodeCount: nodeCount - frame.firstNode + 1)
        }
        deliver(value, mark: frame.mark)
    }

    /// Hands a complete value to the innermost open object or array.
    mutating func deliver(_ value: Node, mark: Int) {
        let last = frames.count - 1
        guard last >= 0 else {
            root = (value, mark)
            return
        }
        guard frames[last].kind == .object else {
            elements.push(value)
            return
        }
        switch frames[last].key.meaning {
        case .none:
            // An object or array that stood where a key belongs, already reported.
            frames[last].key = Key(meaning: .invalid)
            return
        case .field:
            entries.push((frames[last].key.name, value))
            entryMarks.append(Int32(truncatingIfNeeded: mark))
        case .merge:
            frames[last].merges.append(
                Merge(
                    value: value, mark: mark, entryCount: entries.count - frames[last].start))
        case .invalid: break
        }
        frames[last].key.meaning = .none
        frames[last].key.line = 0
        frames[last].key.column = 0
    }

    /// Whether a scalar that comes now is a key.
    @inline(__always)
    var isAtKey: Bool {
        let last = frames.count - 1
        return last >= 0 && frames[last].kind == .object && frames[last].key.meaning == .none
    }

    /// Remembers what is to be done with the value that comes next.
    mutating func setKey(_ meaning: Key.Meaning, _ name: String = "", at mark: yaml_mark_t) {
        frames[frames.count - 1].key = Key(
            meaning: meaning, line: UInt32(truncatingIfNeeded: mark.line + 1),
            column: UInt32(truncatingIfNeeded: mark.column + 1), name: name)
    }
}
