internal import Model
internal import YAML

/// Rows for people, and beside each row its document for programs.
struct Listing {
    struct Column {
        var title: String
        /// Only in the wide format and in CSV.
        var isWide = false
        /// May be cut when the row does not fit in the width of a terminal.
        var isFlexible = false
    }

    struct Row {
        var cells: [String]
        var colors: [Int: Paint.Color] = [:]
        var document: Node
    }

    var columns: [Column]
    var rows: [Row] = []
    /// What a table says when there are no rows.
    var emptyText = "nothing found"

    /// The width that a table fits in; a wide one does not care.
    static let width = 80

    func text(_ format: ListFormat, _ paint: Paint) -> String {
        switch format {
        case .table: table(isWide: false, paint)
        case .wide: table(isWide: true, paint)
        case .json: prettyJSON(.array(rows.map(\.document))) + "\n"
        case .yaml: printYAML(.array(rows.map(\.document)))
        case .jsonl:
            rows.map { String(decoding: printJSON($0.document), as: UTF8.self) + "\n" }.joined()
        case .csv: csv()
        }
    }

    private func table(isWide: Bool, _ paint: Paint) -> String {
        guard !rows.isEmpty else { return emptyText + "\n" }
        let shown = columns.indices.filter { isWide || !columns[$0].isWide }
        var widths = shown.map { column in
            max(columns[column].title.count, rows.map { $0.cells[column].count }.max() ?? 0)
        }
        if !isWide { fit(&widths, shown) }
        var text = line(shown.map { columns[$0].title }, widths) { paint($1, .grey) }
        for row in rows {
            text += line(shown.map { row.cells[$0] }, widths) { index, cell in
                paint(cell, row.colors[shown[index]])
            }
        }
        return text
    }

    /// Takes width from the widest flexible column until the row fits.
    private func fit(_ widths: inout [Int], _ shown: [Int]) {
        let gaps = 2 * (shown.count - 1)
        var excess = widths.reduce(gaps, +) - Self.width
        while excess > 0 {
            let flexible = shown.indices.filter { columns[shown[$0]].isFlexible && widths[$0] > 8 }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    private func line(_ cells: [String], _ widths: [Int], _ color: (Int, String) -> String)
        -> String
    {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let cut = shortened(cell, to: widths[index])
            text += color(index, cut)
            if index < cells.count - 1 {
                text += String(repeating: " ", count: widths[index] - cut.count + 2)
            }
        }
        while text.hasSuffix(" ") { text.removeLast() }
        return text + "\n"
    }

    /// Comma-separated values with a heading.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc4180
    private func csv() -> String {
        let lines = [columns.map { $0.title.lowercased() }] + rows.map(\.cells)
        return lines.map { line in
            line.map { cell in
                cell.contains { "\",\n\r".contains($0) }
                    ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
            }.joined(separator: ",") + "\r\n"
        }.joined()
    }
}

/// The text, cut with an ellipsis where it is longer than `width`.
func shortened(_ text: String, to width: Int) -> String {
    let line = text.prefix { !$0.isNewline }
    if line.count <= width, line.count == text.count { return text }
    return String(line.prefix(max(width - 1, 0))) + "…"
}
