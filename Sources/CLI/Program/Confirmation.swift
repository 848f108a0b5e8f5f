/// Asks before something is done that cannot be taken back.
///
/// - Parameters:
///   - question: Without its question mark.
///   - isConfirmed: Whether `--yes` was given.
///   - refusal: What it would do, for when nobody can be asked.
func confirm(_ question: String, isConfirmed: Bool, refusal: String) throws {
    if isConfirmed { return }
    let surroundings = Surroundings.current
    guard surroundings.isInputTerminal, surroundings.isOutputTerminal else {
        throw CommandError(
            "\(refusal) and nobody can be asked",
            because: "input and output are not both a terminal", try: "add --yes")
    }
    surroundings.writeError("\(question)? [y/N] ")
    let reply = surroundings.readLine()?.lowercased() ?? ""
    guard reply == "y" || reply == "yes" else {
        throw CommandError("nothing was changed", because: "the answer was not yes")
    }
}
