internal import CYAML
internal import Model
internal import YAML

/// YAML to tree, beside libyaml reading the same bytes into events that nobody uses.
///
/// The ratio is the figure that counts: it says what the tree costs, whatever the machine.
func measureYAML() throws -> [Figure] {
    let bytes = generatedYAML(size: 1_000_000)
    let megabytes = Double(bytes.count) / 1e6
    var eventCount = 0
    var documentCount = 0
    let seconds = try bestSeconds(
        of: 25,
        { eventCount = countEvents(bytes) },
        { documentCount = try parseYAML(bytes, file: "generated.yaml").count })
    let (bare, tree) = (seconds[0], seconds[1])
    guard eventCount > 100_000, documentCount > 100 else {
        throw BenchFailure("the generated YAML is too small")
    }
    return [
        Figure(
            name: "libyaml bare events", value: megabytes / bare, unit: "MB/s", target: .none),
        Figure(name: "YAML to tree", value: megabytes / tree, unit: "MB/s", target: .none),
        Figure(
            name: "YAML to tree / bare events", value: bare / tree, unit: "ratio",
            target: .atLeast(0.5)),
    ]
}

private func countEvents(_ bytes: [UInt8]) -> Int {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return 0 }
    defer { yaml_parser_delete(&parser) }
    return bytes.withUnsafeBufferPointer { buffer in
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
        var event = yaml_event_t()
        var count = 0
        while yaml_parser_parse(&parser, &event) == 1 {
            let type = event.type
            yaml_event_delete(&event)
            if type == YAML_STREAM_END_EVENT { break }
            count += 1
        }
        return count
    }
}

/// Why a bench has no figure.
struct BenchFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
