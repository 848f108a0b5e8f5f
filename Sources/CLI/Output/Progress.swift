internal import Model

/// Says on standard error what is going on: one line, redrawn, on a terminal; a line a step elsewhere.
final class Progress {
    private let surroundings = Surroundings.current
    private var last = ""

    func say(_ text: String) {
        guard text != last else { return }
        last = text
        if surroundings.isErrorTerminal {
            surroundings.writeError("\r\u{1B}[2K" + shortened(text, to: Listing.width - 1))
        } else {
            surroundings.writeError(text + "\n")
        }
    }

    /// Takes the line away again.
    func finish() {
        if surroundings.isErrorTerminal, !last.isEmpty { surroundings.writeError("\r\u{1B}[2K") }
        last = ""
    }
}

/// A warning or a notice on standard error.
func warn(_ text: String) { Surroundings.current.writeError("note: \(text)\n") }
