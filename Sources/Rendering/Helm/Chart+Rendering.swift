internal import GoTemplate
public import Model

extension Chart {
    /// Renders the chart as `helm template` does.
    ///
    /// Equal charts, values, options and sources of time and randomness give equal bytes.
    ///
    /// - Throws: What Helm says of a chart, values or a template that cannot be rendered, to the letter.
    public func rendered(
        _ values: ChartValues, _ options: ChartOptions, with surroundings: ChartSurroundings
    ) throws(ChartError) -> ChartOutput {
        try ChartOutput(try files(values, options, with: surroundings), chart: name)
    }

    /// What each template of the chart writes, by the path of its file from the chart's name on.
    ///
    /// Nothing is cut into documents, sorted or read: what Helm's library gives, and `helm template` begins with.
    public func renderedTexts(
        _ values: ChartValues, _ options: ChartOptions, with surroundings: ChartSurroundings
    ) throws(ChartError) -> [String: [UInt8]] {
        try files(values, options, with: surroundings).texts.mapValues(\.text.bytes)
    }

    private func files(
        _ values: ChartValues, _ options: ChartOptions, with surroundings: ChartSurroundings
    ) throws(ChartError) -> RenderedFiles {
        try options.release.check()
        let renderer = ChartRenderer(surroundings: surroundings, limits: Limits())
        return try renderer.render(self, try values.table(), options)
    }

    /// The files of a chart's folder within a repository, by the rules of its `.helmignore`.
    ///
    /// Symbolic links are followed; one that leaves the repository, or leads nowhere, is refused.
    public static func files(of tree: FileTree, path: String) throws(ChartError) -> [ChartFile] {
        guard case .folder(let folder) = tree.resolve(path) else {
            throw ChartError("stat \(path): no such file or directory")
        }
        var files: [ChartFile] = []
        try collect(folder, as: "", tree, depth: 0, into: &files)
        return try HelmIgnore.filtered(files)
    }

    private static let folderDepthMax = 64

    private static func collect(
        _ folder: String, as prefix: String, _ tree: FileTree, depth: Int,
        into files: inout [ChartFile]
    ) throws(ChartError) {
        guard depth < folderDepthMax else {
            throw ChartError(
                "folders lie within folders more than \(folderDepthMax) deep at \(folder)")
        }
        let start = folder.isEmpty ? 0 : folder.utf8.count + 1
        for (path, entry) in tree.walk(folder, recurse: true) {
            let name =
                start == 0 && prefix.isEmpty
                ? path : prefix + String(decoding: path.utf8.dropFirst(start), as: UTF8.self)
            if case .file(let bytes) = entry {
                files.append(try file(name, bytes))
                continue
            }
            switch tree.resolve(path) {
            case .file(_, let bytes): files.append(try file(name, bytes))
            case .folder(let target):
                try collect(target, as: name + "/", tree, depth: depth + 1, into: &files)
            case .missing: throw ChartError("lstat \(path): no such file or directory")
            case .outside: throw ChartError("the symbolic link \(path) leaves the repository")
            case .loop: throw ChartError("the symbolic links at \(path) lead in a circle")
            }
        }
    }

    private static func file(_ name: String, _ bytes: [UInt8]) throws(ChartError) -> ChartFile {
        guard bytes.count <= ArchiveLimits.file else {
            throw ChartError(
                "chart file \"\(name)\" is larger than the maximum file size \(ArchiveLimits.file)")
        }
        return ChartFile(name: name, bytes: withoutByteOrderMark(bytes))
    }
}
