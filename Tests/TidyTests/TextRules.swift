import Foundation

// The words that may stand in no file are put together here, so that this file holds none of them.

private let unfinishedWords = ["TO", "FIX"].map { $0 + ($0 == "TO" ? "DO" : "ME") } + ["X" + "XX"]

/// Folders that exist on one machine only.
private let machineFolders = ["work", "root"].map { "/\($0)/" }

/// Where package managers download from: how a machine reaches them is its own affair.
private let registryHosts = [
    "pypi org", "files pythonhosted org", "registry npmjs org", "registry yarnpkg com",
    "crates io", "rubygems org", "proxy golang org", "sum golang org", "repo maven apache org",
    "repo1 maven org", "api nuget org", "packagist org",
].map { $0.replacingOccurrences(of: " ", with: ".") }

extension Checkout {
    func unfinishedBreaches() -> [Breach] {
        let suspects = files.filter {
            !$0.isFixture && unfinishedWords.contains(where: $0.mayContain)
        }
        return lineBreaches(.unfinished, suspects) { line in
            unfinishedWords.first { contains(line, word: $0) }.map {
                "\($0): finish it, or leave it"
            }
        }
    }

    func machineBreaches() -> [Breach] {
        let suspects = files.filter {
            (machineFolders + registryHosts).contains(where: $0.mayContain)
        }
        return lineBreaches(.machine, suspects) { line in
            if let folder = machineFolders.first(where: { isPath($0, in: line) }) {
                return "names a folder of one machine: \(folder)"
            }
            if let host = registryHosts.first(where: { contains(line, word: $0) }) {
                return "names the package registry \(host)"
            }
            return nil
        }
    }

    /// Whether the line has `folder` at the beginning of a path.
    private func isPath(_ folder: String, in line: String) -> Bool {
        guard let range = line.range(of: folder) else { return false }
        let before = line[..<range.lowerBound].last
        return before.map { !($0.isLetter || $0.isNumber || "._-}/".contains($0)) } ?? true
    }

    private func lineBreaches(
        _ rule: Rule, _ files: [File], _ what: (String) -> String?
    ) -> [Breach] {
        files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                what(line).map { Breach(rule, file.path, index + 1, $0, text: line) }
            }
        }
    }
}

// MARK: - Markdown

extension Checkout {
    private var documents: [File] {
        files.filter { $0.path.hasSuffix(".md") && !$0.isFixture }
    }

    /// Every document has exactly one title, and it comes first.
    func titleBreaches() -> [Breach] {
        documents.flatMap { file -> [Breach] in
            let titles = prose(file).filter { $0.text.hasPrefix("# ") }
            guard let first = titles.first else {
                return [Breach(.titles, file.path, 1, "has no title")]
            }
            return titles.dropFirst().map {
                Breach(
                    .titles, file.path, $0.line,
                    "has a second title; the first is in line \(first.line)")
            }
        }
    }

    /// Links within the checkout that lead nowhere.
    func linkBreaches() -> [Breach] {
        documents.flatMap { file in
            prose(file).flatMap { line in
                targets(line.text).compactMap { target in
                    let path = target.split(separator: "#").first.map(String.init) ?? ""
                    if path.isEmpty || target.hasPrefix("#") { return nil }
                    return paths.contains(joined(file.folder, path))
                        ? nil : Breach(.links, file.path, line.line, "leads nowhere: \(target)")
                }
            }
        }
    }

    /// The lines outside of blocks of code.
    private func prose(_ file: File) -> [(line: Int, text: String)] {
        var isCode = false
        return file.lines.enumerated().compactMap { index, text in
            if text.trimmingCharacters(in: .whitespaces).hasPrefix("```") {
                isCode.toggle()
                return nil
            }
            return isCode ? nil : (index + 1, text)
        }
    }

    /// What `[text](target)` and `[name]: target` lead to, when that is no URL.
    private func targets(_ line: String) -> [String] {
        var targets = line.components(separatedBy: "](").dropFirst().map {
            String($0.prefix { $0 != ")" && $0 != " " })
        }
        if line.hasPrefix("["), let colon = line.range(of: "]: ") {
            targets.append(String(line[colon.upperBound...].prefix { $0 != " " }))
        }
        return targets.filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }

    private func joined(_ folder: String, _ path: String) -> String {
        var parts = path.hasPrefix("/") ? [] : folder.split(separator: "/")
        for part in path.split(separator: "/") {
            if part == "." { continue }
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
