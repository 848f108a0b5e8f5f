import GoTemplate

/// The functions that templates of charts have, but for those with keys and a parser of YAML.
///
/// Helm's own `fail` and the like stand last: of two with one name the later one counts.
let chartFunctions: [Function] =
    Sprig.functions + Serialization.functions + Inclusion.all

/// What they take from outside.
let chartSurroundings = Surroundings([
    Sprig.Surroundings(
        now: Instant(seconds: 1_700_000_000),
        zone: { name in
            name == "America/New_York" ? .fixed("EST", offsetSeconds: -5 * 3600) : nil
        },
        randomBytes: { _, count in [UInt8](repeating: 7, count: count) })
])
