internal import Diffing
internal import Digests
internal import EventLog
internal import Health
internal import Model
internal import Rendering
internal import YAML

/// One live object, as the reconciler keeps it: values of secrets are tokens.
struct LiveObject: Sendable {
    var node: Node
    var uid: String
    var resourceVersion: String
    /// The application its tracking annotation names, when the annotation is about this very object.
    var application: String?
    var health: HealthAssessment?
    /// The body without what changes by itself, in canonical JSON.
    let recordedBody: Blob
}

/// The live objects of one cluster that matter to its applications.
struct LiveCache: Sendable {
    private(set) var objects: [ObjectKey: LiveObject] = [:]
    private var byApplication: [String: Set<ObjectKey>] = [:]
    /// The kinds whose objects have been listed.
    private(set) var known: Set<GroupKind> = []
    let tokenKey: TokenKey

    init(tokenKey: TokenKey) { self.tokenKey = tokenKey }

    func objects(of application: String) -> Set<ObjectKey> { byApplication[application] ?? [] }

    /// Takes in what following a kind told.
    ///
    /// - Parameter wanted: The objects that applications desire, tracked or not.
    /// - Returns: The keys of the objects that changed.
    mutating func apply(_ event: FollowEvent, of kind: GroupKind, wanted: Set<ObjectKey>)
        -> Set<ObjectKey>
    {
        switch event {
        case .reset(let nodes): return reset(nodes, kind, wanted)
        case .changed(.added(let node)), .changed(.modified(let node)):
            return store(node, wanted).map { [$0] } ?? []
        case .changed(.deleted(let node)):
            guard let key = ObjectKey(manifest: node) else { return [] }
            return remove(key, uid: node["metadata"]?["uid"]?.stringValue) ? [key] : []
        case .changed(.bookmark), .disconnected: return []
        }
    }

    private mutating func reset(_ nodes: [Node], _ kind: GroupKind, _ wanted: Set<ObjectKey>)
        -> Set<ObjectKey>
    {
        known.insert(kind)
        var gone = Set(objects.keys.filter { $0.groupKind == kind })
        var changed: Set<ObjectKey> = []
        for node in nodes {
            if let key = ObjectKey(manifest: node) { gone.remove(key) }
            if let key = store(node, wanted) { changed.insert(key) }
        }
        for key in gone where remove(key, uid: nil) { changed.insert(key) }
        return changed
    }

    /// Keeps an object unless a newer version of it is known; `nil` when nothing changed.
    mutating func store(_ node: Node, _ wanted: Set<ObjectKey>) -> ObjectKey? {
        guard let key = ObjectKey(manifest: node) else { return nil }
        let application = trackingApplication(of: node)
        guard application != nil || wanted.contains(key) else {
            return remove(key, uid: nil) ? key : nil
        }
        let metadata = node["metadata"]
        let version = metadata?["resourceVersion"]?.stringValue ?? ""
        if let known = objects[key],
            known.resourceVersion == version
                || known.isNewer(than: version, uid: metadata?["uid"]?.stringValue)
        {
            return nil
        }
        let tokenised = tokenised(node, with: tokenKey)
        if let old = objects[key]?.application { byApplication[old]?.remove(key) }
        objects[key] = LiveObject(
            node: tokenised, uid: metadata?["uid"]?.stringValue ?? "", resourceVersion: version,
            application: application, health: assessHealth(node),
            recordedBody: Blob(canonicalJSON(recordable(tokenised))))
        if let application { byApplication[application, default: []].insert(key) }
        return key
    }

    private mutating func remove(_ key: ObjectKey, uid: String?) -> Bool {
        guard let known = objects[key], uid == nil || uid == known.uid else { return false }
        objects[key] = nil
        if let application = known.application { byApplication[application]?.remove(key) }
        return true
    }

    mutating func forget(_ kinds: Set<GroupKind>) { known.subtract(kinds) }
}

extension LiveObject {
    /// Whether this is a later state of the same object.
    ///
    /// Resource versions of one API server are comparable as numbers.
    /// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
    fileprivate func isNewer(than version: String, uid: String?) -> Bool {
        guard uid == self.uid, let mine = UInt64(resourceVersion), let other = UInt64(version)
        else {
            return false
        }
        return mine > other
    }
}

/// A live object without what changes by itself: the body that `object.observed` records.
func recordable(_ node: Node) -> Node {
    var node = node
    node["status"] = nil
    if case .object(var metadata)? = node["metadata"] {
        for key in ["managedFields", "resourceVersion", "generation", "selfLink"] {
            metadata[key] = nil
        }
        node["metadata"] = .object(metadata)
    }
    return node
}
