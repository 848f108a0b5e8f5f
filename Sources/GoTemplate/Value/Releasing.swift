/// Lists and maps that wait to be let go of, without going down into them.
///
/// A loop can put a list into a list a million times; releasing one within the other would then take as many
/// frames of the stack. What nobody else holds, and holds more of them, is opened here, one after another.
struct Releasing {
    private var lists: [List] = []
    private var maps: [Map] = []

    mutating func add(_ map: Map) { maps.append(map) }

    /// Takes a list or a map out of its place.
    mutating func take(_ value: inout Value) {
        switch value {
        case .list(let list): lists.append(list)
        case .map(let map): maps.append(map)
        default: return
        }
        value = .none
    }

    mutating func finish() {
        while true {
            if var map = maps.popLast() {
                if isKnownUniquelyReferenced(&map) { map.giveContainers(to: &self) }
            } else if var list = lists.popLast() {
                if isKnownUniquelyReferenced(&list) { list.giveContainers(to: &self) }
            } else {
                return
            }
        }
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
