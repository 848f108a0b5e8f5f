import CYAML
import Model

extension YAMLReader {
    mutating func report(line: Int, column: Int, _ message: String, hint: String? = nil) {
        // A file with this many mistakes is no manifest at all.
        guard problems.count < 100 else { return }
        problems.append(
            Problem(
                at: SourceLocation(file: file, line: line, column: column), message, hint: hint))
    }

    mutating func report(at mark: yaml_mark_t, _ message: String, hint: String? = nil) {
        report(line: Int(mark.line) + 1, column: Int(mark.column) + 1, message, hint: hint)
    }

    /// Names both lines of every key that the object has twice; `false` when there is none.
    mutating func reportDuplicates(_ frame: Frame) -> Bool {
        var duplicates: [(first: Int, second: Int)] = []
        if entries.count - frame.start <= 16 {
            for second in frame.start..<entries.count {
                for first in frame.start..<second where entries[first].key == entries[second].key {
                    duplicates.append((first, second))
                    break
                }
            }
        } else {
            var seen: [String: Int] = [:]
            seen.reserveCapacity(entries.count - frame.start)
            for second in frame.start..<entries.count {
                if let first = seen[entries[second].key] {
                    duplicates.append((first, second))
                } else {
                    seen[entries[second].key] = second
                }
            }
        }
        if dialect == .goYAML { return !duplicates.isEmpty }
        for (first, second) in duplicates {
            let earlier = marks.marks[Int(entryMarks[first])]
            let later = marks.marks[Int(entryMarks[second])]
            report(
                line: Int(later.keyLine), column: Int(later.keyColumn),
                "the key \"\(entries[second].key)\" is already set at line \(earlier.keyLine)")
        }
        return !duplicates.isEmpty
    }

    /// Reports why libyaml could not go on.
    mutating func reportSyntax(_ parser: yaml_parser_t) {
        if dialect == .goYAML { return reportAsGo(parser) }
        let problem = parser.problem.map { String(cString: $0) } ?? "the file is no YAML"
        switch parser.error {
        case YAML_READER_ERROR:
            let place = textPosition(of: parser.problem_offset, in: bytes)
            report(line: place.line, column: place.column, problem)
        case YAML_MEMORY_ERROR: report(line: 1, column: 1, "there is no memory to read the file")
        default:
            let mark = parser.problem_mark
            var message = problem
            if let context = parser.context {
                message += " \(String(cString: context))"
                if parser.context_mark.line != mark.line {
                    message += " that begins at line \(parser.context_mark.line + 1)"
                }
            }
            report(at: mark, message, hint: hint(at: mark))
        }
    }

    /// The text of go-yaml, which counts the lines of its parser from 0 and those of its scanner from 1.
    ///
    /// Source: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/decode.go (fail)
    private mutating func reportAsGo(_ parser: yaml_parser_t) {
        let problem =
            parser.problem.map { String(cString: $0) } ?? "unknown problem parsing YAML content"
        var line = 0
        if parser.problem_mark.line != 0 {
            line = Int(parser.problem_mark.line) + (parser.error == YAML_SCANNER_ERROR ? 1 : 0)
        } else if parser.context_mark.line != 0 {
            line = Int(parser.context_mark.line)
        }
        report(at: parser.problem_mark, line == 0 ? problem : "line \(line): \(problem)")
    }

    private func hint(at mark: yaml_mark_t) -> String? {
        var line = 0
        var column = 0
        for byte in bytes {
            if line == Int(mark.line), column == Int(mark.column) {
                return byte == UInt8(ascii: "\t") ? "indent with spaces, not tabs" : nil
            }
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return nil
    }
}
