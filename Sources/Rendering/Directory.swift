public import Model
internal import YAML

/// Renders a folder of plain manifests as Argo CD does.
///
/// Only files ending in `.yaml`, `.yml` and `.json` count, those in the folder itself, or with `recurse`
/// also below, in the order of Go's `filepath.Walk`. A file that `exclude` matches, that `include` does not
/// match, or that holds `+argocd:skip-file-rendering` is not read. Symbolic links to files are followed
/// within the repository; links to folders are not entered. Lists are taken apart.
///
/// Equal trees give equal results, to the byte.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go (findManifests)
public func renderDirectory(_ tree: FileTree, path: String, options: DirectoryOptions)
    -> Rendered
{
    var rendering = DirectoryRendering(tree: tree, options: options)
    rendering.render(path)
    let unique = withoutRepetitions(rendering.objects)
    return Rendered(
        objects: unique.objects, problems: rendering.problems,
        warnings: rendering.warnings + unique.warnings)
}

struct DirectoryRendering {
    private let tree: FileTree
    private let options: DirectoryOptions
    private var include: Glob?
    private var exclude: Glob?
    private var bytesRead = 0
    /// Whether files that are meant for something else are left alone; what a chart writes is all meant.
    var leavesOutOthers = true
    /// How many objects there are with each key made of a `generateName`.
    private var generated: [ObjectKey: Int] = [:]
    private(set) var objects: [RenderedObject] = []
    private(set) var problems: [Problem] = []
    private(set) var warnings: [Problem] = []

    /// What the manifests of one folder may have together.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/server-commands/argocd-repo-server/
    /// (`--max-combined-directory-manifests-size`, 10M)
    static let combinedBytesMax = 10_000_000

    init(tree: FileTree, options: DirectoryOptions) {
        self.tree = tree
        self.options = options
    }

    mutating func render(_ path: String) {
        switch tree.resolve(path) {
        case .folder(let folder):
            include = glob(options.include, "include", path)
            exclude = glob(options.exclude, "exclude", path)
            guard problems.isEmpty else { return }
            renderFolder(folder)
        case .file: refuse(path, "is a file, not a folder")
        case .missing: refuse(path, "there is no such folder in the repository")
        case .outside: refuse(path, "leaves the repository")
        case .loop: refuse(path, "its symbolic links lead in a circle")
        }
    }

    private mutating func glob(_ pattern: String, _ name: String, _ path: String) -> Glob? {
        guard !pattern.isEmpty else { return nil }
        do {
            return try Glob(pattern)
        } catch {
            refuse(path, "\(name) \"\(pattern)\": \(error.summary)")
            return nil
        }
    }

    private mutating func renderFolder(_ folder: String) {
        if !options.isExplicit, let tool = otherTool(in: folder) {
            refuse(tool.file, "\(tool.tool.rawValue) sources are not supported yet by this release")
            return
        }
        let prefix = folder.isEmpty ? "" : folder + "/"
        for file in tree.paths(in: folder, recurse: options.recurse) {
            let relative = String(file.dropFirst(prefix.count))
            render(file: file, relative: relative)
            if bytesRead > Self.combinedBytesMax {
                refuse(
                    file,
                    "the manifests of \(folder.isEmpty ? "." : folder) have more than "
                        + "\(Self.combinedBytesMax) bytes together")
                return
            }
        }
    }

    private func otherTool(in folder: String) -> (file: String, tool: SourceTool)? {
        let found = tree.paths(in: folder, recurse: false).compactMap { file in
            SourceTool(fileName: String(lastPart(file))).map { (file: file, tool: $0) }
        }
        // A chart that is also a kustomization is a chart.
        return found.first { $0.tool == .helm } ?? found.first
    }

    mutating func refuse(_ file: String, _ message: String, hint: String? = nil) {
        refuse(at: SourceLocation(file: file), message, hint: hint)
    }

    mutating func refuse(
        at location: SourceLocation, field: FieldPath? = nil, _ message: String,
        hint: String? = nil
    ) {
        problems.append(Problem(at: location, field: field, message, hint: hint))
    }

    mutating func warn(_ location: SourceLocation, _ message: String) {
        warnings.append(Problem(at: location, message))
    }

    mutating func append(_ object: RenderedObject) { objects.append(object) }

    /// The key of an object whose name the cluster makes up: unlike that of any other object.
    mutating func generatedKey(_ key: ObjectKey) -> ObjectKey {
        let count = generated[key, default: 0] + 1
        generated[key] = count
        var result = key
        if count > 1 { result.name += "#\(count)" }
        return result
    }
}

// MARK: - Files

extension DirectoryRendering {
    private mutating func render(file: String, relative: String) {
        let name = lastPart(file)
        if name.hasPrefix(".argocd-source") {
            refuse(file, "parameter overrides in a file are not supported by this release")
            return
        }
        let isLink: Bool
        if case .link = tree.entries[file] { isLink = true } else { isLink = false }
        let isJsonnet = name.hasSuffix(".jsonnet")
        // A link that leaves the repository spoils the whole folder, whatever its name.
        guard isLink || isJsonnet || FileTree.isManifestName(file) else { return }
        switch tree.resolve(file) {
        case .outside: refuse(file, "the symbolic link leaves the repository")
        case .loop: refuse(file, "the symbolic links lead in a circle")
        case .missing:
            warn(SourceLocation(file: file), "is left out: the symbolic link leads nowhere")
        case .folder:
            warn(
                SourceLocation(file: file),
                "is left out: symbolic links to folders are not entered, as in Argo CD")
        case .file(_, let bytes):
            guard isJsonnet || FileTree.isManifestName(file), isWanted(relative),
                !FileTree.holdsSkipMarker(bytes)
            else { return }
            if isJsonnet {
                refuse(file, "Jsonnet is not supported yet by this release")
            } else {
                bytesRead += bytes.count
                if bytesRead <= Self.combinedBytesMax { read(bytes, file: file) }
            }
        }
    }

    private func isWanted(_ relative: String) -> Bool {
        if let exclude, exclude.matches(relative) { return false }
        return include?.matches(relative) ?? true
    }
}

func lastPart(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
}
