internal import Model
internal import YAML

/// JSON to tree, on a list as a cluster answers it.
func measureJSON() throws -> [Figure] {
    let bytes = generatedJSON(size: 5_000_000)
    let megabytes = Double(bytes.count) / 1e6
    var count = 0
    let seconds = try bestSeconds(
        of: 15, { count = try parseJSON(bytes)["items"]?.arrayValue?.count ?? 0 })[0]
    guard count > 100 else { throw BenchFailure("the generated JSON is too small") }
    return [
        Figure(
            name: "JSON to tree", value: megabytes / seconds, unit: "MB/s", target: .atLeast(100))
    ]
}
