public import Digests
public import Model
internal import YAML

/// One object as it is declared in the repository.
public struct RenderedObject: Hashable, Sendable {
    public var node: Node
    /// Its namespace may be empty; `placed` fills it in.
    ///
    /// The name of a hook with `generateName` is that text, with `#2`, `#3` … for further ones with the
    /// same text: never the name of an object in a cluster.
    public var key: ObjectKey
    /// Where its document, or its item of a List, begins.
    public var origin: SourceLocation
    /// Counts the documents of its file from 0.
    public var documentIndex: Int

    public init(node: Node, key: ObjectKey, origin: SourceLocation, documentIndex: Int) {
        self.node = node
        self.key = key
        self.origin = origin
        self.documentIndex = documentIndex
    }

    /// It has a `generateName` and no name: each run makes an object of its own.
    public var generatesName: Bool { (node["metadata"]?["name"]?.stringValue ?? "").isEmpty }
}

/// What a folder renders to.
///
/// With problems in it, the objects are those that could be read all the same, and must not be applied:
/// what is missing would be pruned.
public struct Rendered: Sendable {
    /// In the order in which they were read; each key once.
    public var objects: [RenderedObject]
    public var problems: [Problem]
    /// What was left out or read twice, as Argo CD does, and somebody may want to know.
    public var warnings: [Problem]

    public init(objects: [RenderedObject], problems: [Problem], warnings: [Problem]) {
        self.objects = objects
        self.problems = problems
        self.warnings = warnings
    }
}

/// Which files of a folder are manifests.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
public struct DirectoryOptions: Hashable, Sendable {
    /// Also folders below.
    public var recurse: Bool
    /// Globs over paths below the folder (`Glob`); empty means that there is none.
    public var include: String
    public var exclude: String
    /// The folder is plain by decree: a Chart.yaml or a kustomization.yaml in it is a file like others.
    public var isExplicit: Bool

    public init(
        recurse: Bool = false, include: String = "", exclude: String = "", isExplicit: Bool = false
    ) {
        self.recurse = recurse
        self.include = include
        self.exclude = exclude
        self.isExplicit = isExplicit
    }
}

/// The digest of a desired set: the same for the same objects, in whatever order and file they stand.
///
/// `redacting` turns an object into what may be stored: values of secrets must be tokens before they
/// are hashed, or the digest could be used to guess them.
public func desiredDigest(
    of objects: [RenderedObject], redacting: (RenderedObject) throws -> Node
) rethrows -> Digest {
    var builder = DigestBuilder()
    for object in objects.sorted(by: { $0.key < $1.key }) {
        builder.update(field: object.key.description)
        builder.update(
            field: String(decoding: canonicalJSON(try redacting(object)), as: UTF8.self))
    }
    return builder.finish()
}
