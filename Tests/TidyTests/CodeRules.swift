import Foundation

/// What may not be called, and where.
private struct Ban {
    enum Scope { case core, everywhere }
    var words: [String]
    var scope: Scope
    var why: String
}

private let bans = [
    Ban(
        words: ["try!", "as!", "fatalError("], scope: .everywhere,
        why: "ends the program; throw, or trap with precondition and a sentence"),
    Ban(
        words: ["@unchecked Sendable", "nonisolated(unsafe)", "@preconcurrency"],
        scope: .everywhere, why: "switches the checks of concurrency off"),
    Ban(
        words: ["Task {", "Task.detached", "Task(priority:", "Task(name:", "Task.immediate"],
        scope: .everywhere, why: "starts a task that nobody awaits"),
    Ban(
        words: ["await", "async", "Date()", "ContinuousClock", "SuspendingClock", "ProcessInfo"],
        scope: .core, why: "core targets read no clock and never suspend"),
    Ban(words: ["print(", "debugPrint("], scope: .core, why: "core targets do no output"),
]

extension Checkout {
    func bannedBreaches() -> [Breach] {
        let core = Set(rooms.filter { $0.layer == .core }.map(\.name))
        var breaches: [Breach] = []
        for file in files where file.isSwift {
            guard let target = file.target else { continue }
            for ban in bans where ban.scope == .everywhere || core.contains(target) {
                for word in ban.words where file.mayContain(word) {
                    for (index, line) in file.code.enumerated()
                    where contains(line, word: word) {
                        breaches.append(
                            Breach(.banned, file.path, index + 1, "\(word): \(ban.why)", text: word)
                        )
                    }
                }
            }
        }
        return breaches
    }

    func lengthBreaches() -> [Breach] {
        var breaches: [Breach] = []
        for file in files where file.isSwift && !file.isFixture {
            if file.lines.count > 400 {
                breaches.append(
                    Breach(
                        .fileLength, file.path, 401,
                        "the file has \(file.lines.count) lines, more than 400"))
            }
            for function in functions(in: file.code) where function.lineCount > 60 {
                breaches.append(
                    Breach(
                        .functionLength, file.path, function.line,
                        "\(function.name) has \(function.lineCount) lines, more than 60",
                        text: function.name))
            }
        }
        return breaches
    }
}

/// Whether `word` stands in the line, not as a part of a longer name.
///
/// A type is no call: `-> Task {` begins a body.
func contains(_ line: String, word: String) -> Bool {
    var rest = Substring(line)
    while let range = rest.range(of: word) {
        let before = line[..<range.lowerBound]
        let after = line[range.upperBound...]
        let isStart = word.first.map(isPartOfName) == false || before.last.map(isPartOfName) != true
        let isEnd = word.last.map(isPartOfName) == false || after.first.map(isPartOfName) != true
        let isResult =
            word == "Task {" && before.trimmingCharacters(in: .whitespaces).hasSuffix("->")
        if isStart, isEnd, !isResult { return true }
        rest = rest[range.upperBound...]
    }
    return false
}

private func isPartOfName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
}
