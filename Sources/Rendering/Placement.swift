public import Model

/// Rendered objects in their final namespaces.
public struct Placed: Sendable {
    public var objects: [RenderedObject]
    public var warnings: [Problem]

    public init(objects: [RenderedObject], warnings: [Problem]) {
        self.objects = objects
        self.warnings = warnings
    }
}

/// Puts objects of namespaced kinds that name no namespace into the destination's, and takes the namespace
/// from those of cluster-scoped kinds.
///
/// `isNamespaced` answers `nil` for a kind that the cluster does not serve (yet); it counts as namespaced,
/// as in Argo CD. Two objects that become the same one are one then: the last wins.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/controller/state.go (DeduplicateTargetObjects)
public func placed(
    _ objects: [RenderedObject], namespace: String, isNamespaced: (GroupKind) -> Bool?
) -> Placed {
    let moved = objects.map { object in
        var result = object
        let wanted: String
        if isNamespaced(object.key.groupKind) ?? true {
            wanted = object.key.namespace.isEmpty ? namespace : object.key.namespace
        } else {
            wanted = ""
        }
        if wanted != object.key.namespace {
            result.key.namespace = wanted
            var metadata = object.node["metadata"] ?? [:]
            metadata["namespace"] = wanted.isEmpty ? nil : .string(wanted)
            result.node["metadata"] = metadata
        }
        return result
    }
    return withoutRepetitions(moved)
}

/// Each key once: the last object with it, at its own place.
func withoutRepetitions(_ objects: [RenderedObject]) -> Placed {
    var last: [ObjectKey: Int] = [:]
    var origins: [ObjectKey: [SourceLocation]] = [:]
    for (position, object) in objects.enumerated() {
        last[object.key] = position
        origins[object.key, default: []].append(object.origin)
    }
    guard last.count < objects.count else { return Placed(objects: objects, warnings: []) }
    var result = Placed(objects: [], warnings: [])
    for (position, object) in objects.enumerated() where last[object.key] == position {
        result.objects.append(object)
        let earlier = (origins[object.key] ?? []).dropLast()
        guard !earlier.isEmpty else { continue }
        let places = earlier.map(\.description).joined(separator: ", ")
        result.warnings.append(
            Problem(
                at: object.origin,
                "RepeatedResourceWarning: \(object.key) is also in \(places); this one counts"))
    }
    return result
}
