/// Lets go of values without going down into them.
///
/// A loop can put a list into a list a million times; releasing one within the other would then take as many
/// frames of the stack. What nobody else holds, and holds more of them, is opened here, one after another.
func releaseFlat(_ values: consuming [Value]) {
    var waiting = values
    while !waiting.isEmpty {
        var (list, map) = containers(waiting.removeLast())
        if isKnownUniquelyReferenced(&list), let list, list.holdsContainers {
            waiting += list.takeElements()
        }
        if isKnownUniquelyReferenced(&map), let map, map.holdsContainers {
            waiting += map.takeValues()
        }
    }
}

/// The list or the map that a value is; by a call of its own, so that the value itself is gone after it.
@inline(never)
private func containers(_ value: Value) -> (List?, Map?) {
    switch value {
    case .list(let list): (list, nil)
    case .map(let map): (nil, map)
    default: (nil, nil)
    }
}

extension Value {
    var isContainer: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }
}
