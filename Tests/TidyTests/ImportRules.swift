import Foundation

extension Checkout {
    /// Imports that the table does not have.
    func importBreaches() -> [Breach] {
        let names = Set(rooms.map(\.name))
        var breaches: [Breach] = []
        for file in files where file.isSwift {
            guard let target = file.target, let room = rooms.first(where: { $0.name == target })
            else { continue }
            for (index, line) in file.code.enumerated() {
                guard let module = importedModule(line) else { continue }
                if (room.targets + room.libraries).contains(module) { continue }
                let kind = names.contains(module) ? "the target" : "the module"
                breaches.append(
                    Breach(
                        .imports, file.path, index + 1,
                        "\(target) may not import \(kind) \(module)", text: module))
            }
        }
        return breaches
    }

    /// Folders without a place in the table, and dependencies in Package.swift that it does not have.
    func packageBreaches() -> [Breach] {
        var breaches: [Breach] = []
        for folder in targetFolders where !moduleMaps.contains(folder) {
            if !rooms.contains(where: { $0.name == folder }) {
                breaches.append(
                    Breach(.package, "Sources/\(folder)", 1, "has no row in the import table"))
            }
        }
        guard let package = files.first(where: { $0.path == "Package.swift" }) else {
            return breaches + [Breach(.package, "Package.swift", 1, "is missing")]
        }
        for room in rooms {
            guard let declared = declaredDependencies(of: room.name, in: package) else {
                breaches.append(
                    Breach(.package, package.path, 1, "has no target \(room.name)", text: room.name)
                )
                continue
            }
            let wanted = Set(room.targets + room.libraries.filter(moduleMaps.contains))
            for name in Set(declared.names).symmetricDifference(wanted).sorted() {
                let what =
                    wanted.contains(name)
                    ? "\(room.name) does not depend on \(name), as the import table says"
                    : "\(room.name) depends on \(name), against the import table"
                breaches.append(
                    Breach(.package, package.path, declared.line, what, text: room.name))
            }
        }
        return breaches
    }

    /// The folders right below `Sources`.
    var targetFolders: [String] {
        paths.filter { $0.hasPrefix("Sources/") && $0.split(separator: "/").count == 2 }
            .map { String($0.dropFirst("Sources/".count)) }.sorted()
    }

    func folderBreaches() -> [Breach] {
        var breaches: [Breach] = []
        for folder in targetFolders {
            let path = "Sources/\(folder)/README.md"
            guard let readme = files.first(where: { $0.path == path }) else {
                breaches.append(Breach(.folder, path, 1, "is missing"))
                continue
            }
            if readme.lines.count > 20 {
                breaches.append(
                    Breach(.folder, path, readme.lines.count, "is longer than 20 lines"))
            }
        }
        return breaches
    }
}

/// The direction of imports, held by the table itself.
func tableBreaches() -> [Breach] {
    var breaches: [Breach] = []
    func breach(_ what: String) {
        breaches.append(Breach(.package, "Tests/TidyTests/ImportTable.swift", 1, what))
    }
    for room in rooms {
        for name in room.targets {
            guard let target = rooms.first(where: { $0.name == name }) else {
                breach("\(room.name) names \(name), which has no row")
                continue
            }
            let isAllowed =
                target.layer < room.layer
                || target.layer == room.layer && [.core, .front].contains(room.layer)
            if !isAllowed { breach("\(room.name) may not depend on \(name): look at the layers") }
        }
        if room.layer == .core, !room.libraries.allSatisfy(["CYAML", "CZlib", "Crypto"].contains) {
            breach("\(room.name) is core and names a library")
        }
    }
    for (library, owners) in libraryOwners {
        for room in rooms where room.libraries.contains(library) && !owners.contains(room.name) {
            breach("\(library) belongs to \(owners.joined(separator: ", ")), not to \(room.name)")
        }
    }
    return breaches
}

/// Libraries that a target was made to fence in.
private let libraryOwners: KeyValuePairs = [
    "Crypto": ["Digests", "ChartCrypto"],
    "CCrypt": ["ChartCrypto"],
    "CGit2": ["GitRepository"],
    "CYAML": ["YAML", "bench"],
    "CZlib": ["Compression"],
    "GRDB": ["SQLiteLedger", "Sandbox"],
    "GRDBSQLite": ["SQLiteLedger", "bench"],
    "ArgumentParser": ["CLI"],
]

/// `Model` of `public import struct Model.Node`.
private func importedModule(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
        words[..<at].allSatisfy({
            ["public", "package", "internal", "fileprivate", "private"].contains($0)
                || $0.hasPrefix("@")
        })
    else { return nil }
    let kinds = ["struct", "enum", "class", "protocol", "func", "var", "let", "typealias"]
    let name = kinds.contains(String(words[at + 1])) ? words.dropFirst(at + 2).first : words[at + 1]
    return name.flatMap { $0.split(separator: ".").first }.map(String.init)
}

/// The own targets that Package.swift names among the dependencies of `target`, and the line.
private func declaredDependencies(
    of target: String, in package: Checkout.File
) -> (names: [String], line: Int)? {
    let text = package.lines.joined(separator: "\n")
    let openings = ["library(", ".executableTarget("]
    let own = Set(rooms.map(\.name) + moduleMaps)
    for opening in openings {
        var rest = Substring(text)
        while let range = rest.range(of: opening) {
            let before = text[..<range.lowerBound]
            rest = rest[range.upperBound...]
            let arguments = insideOfParentheses(rest)
            let strings = arguments.split(separator: "\"", omittingEmptySubsequences: false)
                .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            guard strings.first == target else { continue }
            let line = before.count { $0 == "\n" } + 1
            return (strings.dropFirst().filter(own.contains), line)
        }
    }
    return nil
}

private func insideOfParentheses(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
        if text[index] == "(" { depth += 1 }
        if text[index] == ")" { depth -= 1 }
        if depth == 0 { return text[..<index] }
    }
    return text
}
