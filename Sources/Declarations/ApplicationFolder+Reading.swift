public import Model
internal import YAML

/// What the manifests of a folder declare, with every mistake in them.
public struct DeclaredApplications: Sendable {
    /// By name, in ascending order; only those without any mistake.
    public var applications: [Application]
    public var problems: [Problem]
    /// What is accepted but has no effect.
    public var warnings: [Problem]

    public init(applications: [Application], problems: [Problem], warnings: [Problem]) {
        self.applications = applications
        self.problems = problems
        self.warnings = warnings
    }
}

/// Reads the Application manifests in a folder: its `.yaml`, `.yml` and `.json` files, and with `recurse` those below.
///
/// Anything in them besides Applications, Lists of Applications and the AppProject `default` without
/// restrictions is refused, as is everything in an Application that this release does not support.
public func readApplications(_ tree: FileTree, path: String, recurse: Bool = false)
    -> DeclaredApplications
{
    var folder = FolderReading(tree: tree)
    switch tree.resolve(path) {
    case .folder(let real):
        for file in tree.paths(in: real, recurse: recurse) { folder.read(file) }
    case .file, .missing:
        folder.refuse(path, "there is no such folder in the repository")
    case .outside:
        folder.refuse(path, "leaves the repository")
    case .loop:
        folder.refuse(path, "its symbolic links lead in a circle")
    }
    return DeclaredApplications(
        applications: folder.applications.sorted { $0.name < $1.name },
        problems: folder.problems, warnings: folder.warnings)
}

/// Reads one manifest as the ledger keeps it: canonical JSON, with the place it once had.
///
/// - Throws: `Problems` when a release recorded it whose manifests said more than this one supports.
public func readRecordedApplication(_ manifest: String, at location: SourceLocation)
    throws(Problems) -> Application
{
    let documents = try parseYAML(Array(manifest.utf8), file: location.file)
    guard let document = documents.first else {
        throw Problems([Problem(at: location, "the recorded manifest is empty")])
    }
    var reading = StrictReading(document, file: location.file)
    let application = Application(&reading)
    guard var application, reading.problems.isEmpty else { throw Problems(reading.problems) }
    application.location = location
    return application
}

private struct FolderReading {
    let tree: FileTree
    var applications: [Application] = []
    var problems: [Problem] = []
    var warnings: [Problem] = []
    /// Where each name was read first, also of applications with mistakes.
    private var firstUse: [String: SourceLocation] = [:]

    init(tree: FileTree) { self.tree = tree }

    mutating func refuse(_ file: String, _ message: String) {
        problems.append(Problem(at: SourceLocation(file: file), message))
    }

    mutating func read(_ file: String) {
        guard FileTree.isManifestName(file) else { return }
        switch tree.resolve(file) {
        case .file(_, let bytes): read(bytes, file: file)
        case .folder: break
        case .missing: refuse(file, "the symbolic link leads nowhere")
        case .outside: refuse(file, "the symbolic link leaves the repository")
        case .loop: refuse(file, "the symbolic links lead in a circle")
        }
    }

    private mutating func read(_ bytes: [UInt8], file: String) {
        if FileTree.holdsSkipMarker(bytes) { return }
        let documents: [YAMLDocument]
        do {
            documents = try parseYAML(bytes, file: file)
        } catch {
            problems += error.all
            return
        }
        for document in documents {
            if let items = document.root["items"]?.arrayValue {
                for index in items.indices {
                    read(document, file: file, base: FieldPath([.key("items"), .index(index)]))
                }
            } else {
                read(document, file: file, base: .root)
            }
        }
    }

    private mutating func read(_ document: YAMLDocument, file: String, base: FieldPath) {
        var reading = StrictReading(document, file: file, base: base)
        let application = object(&reading)
        problems += reading.problems
        warnings += reading.warnings
        guard let application, reading.problems.isEmpty else { return }
        applications.append(application)
    }

    /// One object of the folder; its mistakes are left in `reading`.
    private mutating func object(_ reading: inout StrictReading) -> Application? {
        guard reading.root.objectValue != nil else {
            reading.refuse(.root, "is no object")
            return nil
        }
        let apiVersion = reading.requiredString(FieldPath("apiVersion"))
        let kind = reading.requiredString(FieldPath("kind"))
        guard let apiVersion, let kind else { return nil }
        guard apiVersion.hasPrefix("argoproj.io/") else {
            reading.refuse(
                FieldPath("kind"), "\(apiVersion) \(kind) does not belong here",
                hint:
                    "this folder declares applications: what they deploy goes into folders of its own"
            )
            return nil
        }
        guard apiVersion == "argoproj.io/v1alpha1" else {
            reading.refuse(
                FieldPath("apiVersion"), "\(apiVersion) is not supported",
                hint: "write argoproj.io/v1alpha1")
            return nil
        }
        switch kind {
        case "Application": return application(&reading)
        case "AppProject": checkProject(&reading)
        default:
            reading.refuse(FieldPath("kind"), "\(kind) is not supported yet by this release")
        }
        return nil
    }

    private mutating func application(_ reading: inout StrictReading) -> Application? {
        let path = FieldPath("metadata", "name")
        if let name = reading.node(path)?.stringValue, !name.isEmpty {
            if let first = firstUse[name] {
                reading.refuse(path, "application \(name) is already declared in \(first)")
            } else {
                firstUse[name] = reading.location(path)
            }
        }
        return Application(&reading)
    }
}
