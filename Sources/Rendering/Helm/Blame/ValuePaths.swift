internal import GoTemplate
internal import Model

/// The maps that templates see, by their identity: which paths lead to each.
struct ValuePaths {
    private struct Place {
        var chart: String
        var path: FieldPath
    }

    private var places: [ObjectIdentifier: [Place]] = [:]
    /// While a map lives, no other has its identity.
    private var kept: [Map] = []

    /// Notes what stands in the scope of a chart's templates.
    mutating func add(scope: Map, of chart: String) {
        note(scope, Place(chart: chart, path: .root))
        for name in ["Values", "Release", "Chart", "Capabilities"] {
            add(scope[ByteString(name)], Place(chart: chart, path: FieldPath(name)))
        }
    }

    private mutating func note(_ map: Map, _ place: Place) {
        kept.append(map)
        places[map.identity, default: []].append(place)
    }

    private mutating func add(_ value: Value?, _ place: Place) {
        switch value {
        case .map(let map):
            note(map, place)
            for (key, value) in map.sortedEntries {
                add(value, Place(chart: place.chart, path: place.path.appending(key.description)))
            }
        case .list(let list):
            for (index, value) in list.elements.enumerated() {
                add(value, Place(chart: place.chart, path: place.path.appending(.index(index))))
            }
        default: break
        }
    }

    /// The path of what was read, as a chart sees it; `nil` of maps that templates made themselves.
    func path(of read: Trace.Read, in chart: String) -> FieldPath? {
        let known = places[read.map.identity] ?? []
        let place = known.first { $0.chart == chart } ?? known.first
        return place?.path.appending(read.key.description)
    }
}
