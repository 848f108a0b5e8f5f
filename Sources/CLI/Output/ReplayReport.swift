internal import Digests
internal import Model
internal import Planning

/// A replayed plan beside the recorded one, for people and as a document.
struct ReplayReport {
    let name: String
    let source: ReplayCommand.Source
    let replay: Replay
    /// Whether other facts were put in place of recorded ones.
    let isAsking: Bool

    func text(_ paint: Paint) -> String {
        let planner = replay.recorded.plannerVersion
        var text =
            "\(name)  \(source.application) → \(source.environment)   decided at "
            + "@\(source.decidedAt) by planner \(planner)\n"
        text += "inputs    " + inputs(paint) + "\n"
        text += "plan      " + verdict(paint) + "\n"
        if let isInWindow = replay.isInWindow {
            let time = source.input.time.secondsText
            let answer =
                isInWindow
                ? "open at \(time)" : paint("closed at \(time): the sync would not have run", .red)
            text += "window    \(answer)\n"
        }
        for difference in replay.differences {
            switch difference.side {
            case .recorded: text += paint("  - \(difference.text)", .red) + "\n"
            case .replayed: text += paint("  + \(difference.text)", .green) + "\n"
            }
        }
        return text
    }

    private func inputs(_ paint: Paint) -> String {
        ["application", "desired set", "live set", "time"].map { input in
            source.mismatches.contains(input) ? paint("\(input) ✗", .red) : "\(input) ✓"
        }.joined(separator: "  ")
    }

    private func verdict(_ paint: Paint) -> String {
        if replay.isSame {
            return "the same, byte for byte: \(counted(replay.recorded.steps.count, "step")), "
                + "sha256 \(source.planDigest.shortText)"
        }
        if isAsking { return "another:" }
        return replay.isContradiction
            ? paint("not the same, though by the same planner:", .red)
            : "another, by planner \(replay.replayed.plannerVersion):"
    }

    var document: Node {
        var fields = Mapping([
            ("name", .string(name)), ("application", .string(source.application)),
            ("environment", .string(source.environment)), ("decidedAt", .int(source.decidedAt)),
            ("plan", .string(source.planDigest.description)),
            ("plannerVersion", .int(Int64(replay.recorded.plannerVersion))),
            ("replayedBy", .int(Int64(replay.replayed.plannerVersion))),
            ("same", .bool(replay.isSame)),
            ("mismatches", .array(source.mismatches.map(Node.string))),
        ])
        fields["inWindow"] = replay.isInWindow.map(Node.bool)
        fields["differences"] = .array(
            replay.differences.map {
                .object(
                    Mapping([
                        ("side", .string($0.side.rawValue)), ("text", .string($0.text)),
                    ]))
            })
        return .object(fields)
    }
}
