internal import ArgumentParser
internal import Model
internal import YAML

/// How a result is written to standard output.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table, wide, json, yaml
}

/// How a list is written to standard output.
enum ListFormat: String, CaseIterable, ExpressibleByArgument {
    case table, wide, json, yaml, jsonl, csv
}

enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
}

struct ColorOptions: ParsableArguments {
    @Option(help: "When to use colour: auto, always or never; NO_COLOR turns auto off.")
    var color: ColorChoice = .auto

    var paint: Paint {
        let surroundings = Surroundings.current
        switch color {
        case .always: return Paint(isOn: true)
        case .never: return Paint(isOn: false)
        case .auto:
            let isUnwanted =
                surroundings.environment("NO_COLOR")?.isEmpty == false
                || surroundings.environment("TERM") == "dumb"
            return Paint(isOn: surroundings.isOutputTerminal && !isUnwanted)
        }
    }
}

struct FormatOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Format of the result: table, wide, json or yaml.")
    var output: OutputFormat = .table

    @OptionGroup var color: ColorOptions
}

struct ListOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "Format of the list: table, wide, json, yaml, jsonl or csv.")
    var output: ListFormat = .table

    @OptionGroup var color: ColorOptions
}

/// Colours of a terminal; what they say is always said in words too.
struct Paint {
    var isOn: Bool

    enum Color: String { case red = "31", green = "32", yellow = "33", blue = "34", grey = "90" }

    func callAsFunction(_ text: String, _ color: Color?) -> String {
        guard isOn, let color else { return text }
        return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
    }
}

/// Writes text to standard output.
func show(_ text: String) throws {
    let isWhole = text.isEmpty || text.utf8.last == 0x0A
    try Surroundings.current.writeOutput(isWhole ? text : text + "\n")
}

/// Writes a value as JSON or YAML.
func show(_ node: Node, isYAML: Bool) throws {
    try show(isYAML ? printYAML(node) : prettyJSON(node))
}
