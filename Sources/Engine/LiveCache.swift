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
    /// Objects that a call is under way about, with what was told of them meanwhile.
    private var awaited: [ObjectKey: Awaited] = [:]
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
        case .reset(let nodes, let version): return reset(nodes, version, kind, wanted)
        case .changed(.added(let node)), .changed(.modified(let node)):
            return store(node, wanted).map { [$0] } ?? []
        case .changed(.deleted(let node)):
            guard let key = ObjectKey(manifest: node) else { return [] }
            let uid = node["metadata"]?["uid"]?.stringValue
            awaited[key]?.noteDeletion(uid)
            return remove(key, uid: uid) ? [key] : []
        case .changed(.bookmark), .disconnected: return []
        }
    }

    private mutating func reset(
        _ nodes: [Node], _ version: String, _ kind: GroupKind, _ wanted: Set<ObjectKey>
    ) -> Set<ObjectKey> {
        known.insert(kind)
        for key in awaited.keys where key.groupKind == kind { awaited[key]?.noteList(version) }
        var gone = Set(objects.keys.filter { $0.groupKind == kind })
        var changed: Set<ObjectKey> = []
        for node in nodes {
            if let key = ObjectKey(manifest: node) {
                gone.remove(key)
                awaited[key]?.noteListed(node["metadata"]?["uid"]?.stringValue)
            }
            if let key = store(node, wanted) { changed.insert(key) }
        }
        for key in gone where remove(key, uid: nil) { changed.insert(key) }
        return changed
    }

    /// Keeps an object unless a newer version of it is known; `nil` when nothing changed.
    mutating func store(_ node: Node, _ wanted: Set<ObjectKey>) -> ObjectKey? {
        guard let key = ObjectKey(manifest: node) else { return nil }
        let application = trackingApplication(of: node)
        guard application != nil || wanted.contains(key) || awaited[key] != nil else {
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

// MARK: - Answers

/// What was told about one object while calls about it were under way.
///
/// A watch may be quicker than the answer to a write: an object whose deletion was told already, or that a
/// later list did not have, must not come back with the answer.
private struct Awaited: Sendable {
    var calls = 0
    private var deleted: Set<String> = []
    /// Of the newest list meanwhile, and the object of that name it had.
    private var listVersion: UInt64?
    private var listedUID: String?

    mutating func noteDeletion(_ uid: String?) {
        if let uid { deleted.insert(uid) }
    }

    mutating func noteList(_ version: String) {
        listVersion = UInt64(version)
        listedUID = nil
    }

    mutating func noteListed(_ uid: String?) { listedUID = uid }

    /// Whether an object is gone that an answer tells of.
    ///
    /// Resource versions of one API server are comparable as numbers.
    /// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
    func knowsGone(uid: String, version: String) -> Bool {
        if deleted.contains(uid) { return true }
        guard let listVersion, let version = UInt64(version) else { return false }
        return version <= listVersion && uid != listedUID
    }
}

extension LiveCache {
    /// Calls about these objects are about to be made; each is ended by `settle`.
    mutating func expectAnswers(about keys: [ObjectKey]) {
        for key in keys { awaited[key, default: Awaited()].calls += 1 }
    }

    /// A call about an object is over.
    ///
    /// - Parameter answer: The object as the cluster answered; `nil` when it gave none.
    /// - Returns: The key of the object, when the answer changed what is known of it.
    mutating func settle(_ key: ObjectKey, answer: Node?, _ wanted: Set<ObjectKey>) -> ObjectKey? {
        let told = awaited[key]
        defer {
            awaited[key]?.calls -= 1
            if awaited[key]?.calls == 0 { awaited[key] = nil }
        }
        guard let answer, let uid = answer["metadata"]?["uid"]?.stringValue else { return nil }
        let version = answer["metadata"]?["resourceVersion"]?.stringValue ?? ""
        guard told?.knowsGone(uid: uid, version: version) != true else { return nil }
        return store(answer, wanted)
    }
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
