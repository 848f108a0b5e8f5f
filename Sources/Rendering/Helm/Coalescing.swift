internal import GoTemplate
internal import Model

/// Puts the values of charts together: what a chart above sets wins over the defaults below.
///
/// Tables are merged, everything else is replaced. A `null` takes a default away, unless values are only being
/// merged, to be coalesced later.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/common/util/coalesce.go
struct Coalescing {
    /// Keep `null`, so that it can take something away later.
    let isMerging: Bool
    /// What Helm prints as warnings.
    private(set) var warnings: [String] = []

    init(isMerging: Bool) { self.isMerging = isMerging }

    /// The values of a chart and all below it; `values` is not changed.
    mutating func values(of chart: WorkingChart, over values: Map) throws(ChartError) -> Map {
        let copy = values.deepCopy
        try coalesce(chart, into: copy, prefix: "")
        return copy
    }

    private mutating func coalesce(_ chart: WorkingChart, into values: Map, prefix: String)
        throws(ChartError)
    {
        coalesceOwn(chart, into: values, prefix: prefix)
        for dependency in chart.dependencies {
            let key = ByteString(dependency.name)
            let known = values[key]
            guard let table = known == nil ? Map() : known?.table else {
                throw ChartError(
                    "type mismatch on \(dependency.name): "
                        + "\(formatted("%t", [known ?? .none]))")
            }
            values[key] = .map(table)
            let below = joined(prefix, chart.name)
            coalesceGlobals(from: values, into: table, prefix: below)
            try coalesce(dependency, into: table, prefix: below)
        }
    }

    /// The defaults of one chart, below what is set already.
    private mutating func coalesceOwn(_ chart: WorkingChart, into values: Map, prefix: String) {
        let path = joined(prefix, chart.name)
        let own = chart.values.deepCopy
        // The order is that of warnings, and where nothing is set there are none.
        for (key, value) in values.count == 0 ? own.entries : own.sortedEntries {
            guard let known = values[key] else {
                if !isMerging {
                    if value.isNone { continue }
                    value.table?.removeNils()
                }
                values[key] = value
                continue
            }
            if known.isNone, !isMerging {
                values[key] = nil
            } else if let table = known.table {
                guard let defaults = value.table else {
                    if !value.isNone {
                        warnings.append("skipped value for \(path).\(key): Not a table.")
                    }
                    continue
                }
                let isOfChart = chart.dependencies.contains { ByteString($0.name) == key }
                let keepsNils = isMerging || isOfChart
                if !keepsNils { defaults.removeNils() }
                merge(defaults, under: table, prefix: joined(path, "\(key)"), keepsNils: keepsNils)
            }
        }
    }

    /// Hands `global` of a chart down to one below it; tables that are there already are merged.
    private mutating func coalesceGlobals(from source: Map, into target: Map, prefix: String) {
        let known = target[Self.global]
        guard let below = known == nil ? Map() : known?.table else {
            warnings.append("skipping globals because destination global is not a table.")
            return
        }
        let given = source[Self.global]
        guard let above = given == nil ? Map() : given?.table else {
            warnings.append("skipping globals because source global is not a table.")
            return
        }
        for (key, value) in above.sortedEntries {
            guard let table = value.table else {
                if below[key]?.table != nil {
                    warnings.append("key \(key) is table. Skipping")
                } else {
                    below[key] = value
                }
                continue
            }
            let copy = table.copy()
            if let there = below[key] {
                guard let defaults = there.table else {
                    warnings.append(
                        "Conflict: cannot merge map onto non-map for \"\(key)\". Skipping.")
                    continue
                }
                merge(defaults, under: copy, prefix: joined(prefix, "\(key)"), keepsNils: true)
            }
            below[key] = .map(copy)
        }
        target[Self.global] = .map(below)
    }

    private static let global: ByteString = "global"

    /// Merges a table below another, which wins.
    mutating func merge(_ source: Map, under target: Map, prefix: String, keepsNils: Bool) {
        let original = Set(source.sortedEntries.filter { !$0.value.isNone }.map(\.key))
        for (key, value) in target.sortedEntries where value.isNone { source[key] = Value.none }
        for (key, value) in source.sortedEntries {
            guard let known = target[key] else {
                target[key] = value
                continue
            }
            if !keepsNils, known.isNone, original.contains(key) {
                target[key] = nil
            } else if let table = value.table {
                if let below = known.table {
                    merge(
                        table, under: below, prefix: joined(prefix, "\(key)"), keepsNils: keepsNils)
                } else {
                    warnings.append(
                        "cannot overwrite table with non table for \(joined(prefix, "\(key)"))")
                }
            } else if known.table != nil, !value.isNone {
                warnings.append(
                    "destination for \(joined(prefix, "\(key)")) is a table. Ignoring non-table value"
                )
            }
        }
    }
}

private func joined(_ prefix: String, _ key: String) -> String {
    prefix.isEmpty ? key : "\(prefix).\(key)"
}

extension Map {
    /// Takes away every key without a value, in tables below too.
    func removeNils() {
        for (key, value) in entries {
            if value.isNone {
                self[key] = nil
            } else {
                value.table?.removeNils()
            }
        }
    }

    /// The table at a path of keys; `nil` when there is none.
    func table(at path: some Sequence<Substring>) -> Map? {
        var table = self
        for part in path {
            guard case .map(let next)? = table[ByteString(part)] else { return nil }
            table = next
        }
        return table
    }

    /// The value at a path such as `one.enabled`, unless it is a table.
    func value(atPath path: String) -> Value? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, let table = table(at: parts.dropLast()),
            let value = table[ByteString(last)]
        else { return nil }
        if case .map = value { return nil }
        return value
    }
}
