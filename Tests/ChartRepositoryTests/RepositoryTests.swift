import ChartRepository
import Digests
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("HTTP repositories")
struct RepositoryTests {
    /// `VERSION [URL] [digest=none|wrong]` of the chart `web`, as an index.
    private static func index(_ entries: String...) -> String {
        let items = entries.map { entry in
            let words = entry.split(separator: " ").map(String.init)
            let version = words[0]
            let url = words.count > 1 ? words[1] : "web-\(version).tgz"
            let digest =
                switch words.last {
                case "none": "\"\""
                case "wrong": "\(Digest(of: "another"))"
                default: "\(Digest(of: archive(version)))"
                }
            return "  - {name: web, version: \"\(version)\", digest: \(digest), urls: [\"\(url)\"]}"
        }
        return "apiVersion: v1\nentries:\n  web:\n" + items.joined(separator: "\n") + "\n"
    }

    /// Answers with an index, and with the archive of every version that is asked for.
    private static func repository(_ index: String) -> @Sendable (ServedRequest) -> ServedAnswer {
        { request in
            let path = request.target.prefix { $0 != "?" }
            if path == "/charts/index.yaml" { return ServedAnswer(text: index) }
            guard let match = path.wholeMatch(of: /\/charts\/(?:old\/)?web-(.*)\.tgz/) else {
                return ServedAnswer(404)
            }
            return ServedAnswer(archive(String(match.1)))
        }
    }

    private func reference(
        _ server: LoopbackServer, _ chart: String = "web", _ version: String = ""
    )
        throws(ChartRepositoryError) -> ChartReference
    {
        try ChartReference(
            repository: "http://127.0.0.1:\(server.port)/charts", chart: chart, version: version)
    }

    @Test func versionsAreChosenAsHelmChoosesThem() async throws {
        let index = Self.index(
            "1.2.0", "2.0.0-rc.1", "1.10.0", "0.9.0 old/web-0.9.0.tgz", "not-a-version",
            "v1.9.0 /charts/web-v1.9.0.tgz")
        try await withPulling(answer: Self.repository(index)) { pulling, server in
            for (wanted, version, file) in [
                ("", "1.10.0", "web-1.10.0.tgz"), ("1.2.0", "1.2.0", "web-1.2.0.tgz"),
                ("^0.9", "0.9.0", "old/web-0.9.0.tgz"), ("~1.9", "v1.9.0", "web-v1.9.0.tgz"),
                (">0.0.0-0", "2.0.0-rc.1", "web-2.0.0-rc.1.tgz"),
                ("1.2.x || 9.x", "1.2.0", "web-1.2.0.tgz"),
            ] {
                let text = await pulling.text(
                    of: try reference(server, "web", wanted), port: server.port)
                let url = "web \(version) of http://127.0.0.1:PORT/charts/\(file)"
                #expect([url, url + " (kept)"].contains(text), "\(wanted): \(text)")
            }
            let repository = "http://127.0.0.1:PORT/charts repository"
            for (chart, wanted, expected) in [
                ("web", "^3", "chart \"web\" version \"^3\" not found in \(repository)"),
                ("shop", "", "chart \"shop\" not found in \(repository)"),
                ("web", "a b", "cannot read the version a b: improper constraint: \"a b\""),
            ] {
                let text = await pulling.text(
                    of: try reference(server, chart, wanted), port: server.port)
                #expect(text == expected)
            }
        }
    }

    @Test func whatWasPulledIsKeptByItsDigest() async throws {
        let digest = Digest(of: archive("1.0.0"))
        try await withPulling(answer: Self.repository(Self.index("1.0.0"))) { pulling, server in
            let reference = try reference(server)
            let resolved = try await pulling.puller.resolve(reference)
            #expect(resolved.digest == digest && pulling.keptFiles.isEmpty)
            #expect(server.takeLines() == ["GET /charts/index.yaml"])
            #expect(try await !pulling.puller.pull(resolved).wasCached)
            #expect(pulling.keptFiles == ["sha256-\(digest)"])
            #expect(server.takeLines() == ["GET /charts/web-1.0.0.tgz"])
            #expect(try await pulling.puller.pull(resolved).wasCached)
            #expect(pulling.puller.cached(digest) == archive("1.0.0"))
            #expect(server.takeLines() == [])

            // A file that was damaged counts as absent, and is pulled again.
            try Data("damaged".utf8).write(to: pulling.keptFile(digest))
            #expect(pulling.puller.cached(digest) == nil)
            #expect(try await !pulling.puller.pull(resolved).wasCached)
            #expect(pulling.puller.cached(digest) == archive("1.0.0"))

            let another = Digest(of: "another")
            let text = await pulling.text(of: reference, expecting: another, port: server.port)
            #expect(
                text
                    == "http://127.0.0.1:PORT/charts/web-1.0.0.tgz is not what its repository promises: "
                    + "its digest should be sha256:\(another), and is sha256:\(digest)")
        }
    }

    @Test func anIndexThatIsTheSameIsNotSentAgain() async throws {
        let current = Mutex((tag: "\"1\"", index: Self.index("1.0.0")))
        let sent = Mutex(0)
        let answer: @Sendable (ServedRequest) -> ServedAnswer = { request in
            let (tag, index) = current.withLock { $0 }
            guard request.target == "/charts/index.yaml" else {
                return Self.repository(index)(request)
            }
            if request["if-none-match"] == tag { return ServedAnswer(304) }
            sent.withLock { $0 += 1 }
            return ServedAnswer(headers: [("ETag", tag)], Array(index.utf8))
        }
        try await withPulling(answer: answer) { pulling, server in
            func version(_ wanted: String) async throws -> String? {
                try await pulling.puller.resolve(reference(server, "web", wanted)).version
            }
            #expect(try await version("^1") == "1.0.0")
            #expect(try await version("^1") == "1.0.0")
            #expect(sent.withLock { $0 } == 1)
            // Another question needs all of it.
            #expect(try await version("*") == "1.0.0")
            #expect(sent.withLock { $0 } == 2)
            // So does another account.
            let mine = ChartCredentials(username: "me", password: "s3cret")
            _ = try await pulling.puller.resolve(
                try reference(server, "web", "^1"), credentials: mine)
            #expect(sent.withLock { $0 } == 3)
            current.withLock { $0 = ("\"2\"", Self.index("1.0.0", "1.1.0")) }
            #expect(try await version("^1") == "1.1.0")
            #expect(sent.withLock { $0 } == 4)
        }
    }

    /// Of an index without digests nothing else tells that an archive is the same.
    @Test(arguments: ["ETag", "Last-Modified", ""])
    func anArchiveWithoutADigestThatIsTheSameIsNotSentAgain(_ header: String) async throws {
        let current = Mutex((tag: "Thu, 26 Nov 2026 10:00:00 GMT", archive: archive("1.0.0")))
        let asked = Mutex<[String]>([])
        let answer: @Sendable (ServedRequest) -> ServedAnswer = { request in
            guard request.target == "/charts/web-1.0.0.tgz" else {
                return Self.repository(Self.index("1.0.0 web-1.0.0.tgz none"))(request)
            }
            let (tag, archive) = current.withLock { $0 }
            let known = request["if-none-match"] + request["if-modified-since"]
            asked.withLock { $0.append(known == tag ? "same" : "sent") }
            if known == tag { return ServedAnswer(304) }
            return ServedAnswer(headers: header.isEmpty ? [] : [(header, tag)], archive)
        }
        try await withPulling(answer: answer) { pulling, server in
            func pulled() async throws -> Digest {
                try await pulling.puller.pull(reference(server, "web", "^1")).digest
            }
            let first = Digest(of: archive("1.0.0"))
            #expect(try await pulled() == first)
            #expect(try await pulled() == first)
            // Somebody deletes what is kept: it has to be sent.
            try FileManager.default.removeItem(at: pulling.keptFile(first))
            #expect(try await pulled() == first)
            current.withLock { $0 = ("Fri, 27 Nov 2026 10:00:00 GMT", archive("1.0.1")) }
            #expect(try await pulled() == Digest(of: archive("1.0.1")))
            let second = header.isEmpty ? "sent" : "same"
            #expect(asked.withLock { $0 } == ["sent", second, "sent", "sent"])
        }
    }

    @Test func whatIsNeededStaysHoweverLongItWasNotUsed() async throws {
        let versions = ["1.0.0", "1.1.0", "1.2.0"]
        let digests = versions.map { Digest(of: archive($0)) }
        let index = Self.index("1.0.0", "1.1.0", "1.2.0")
        var limits = PullLimits.testing
        limits.kept = archive("1.0.0").count
        struct Unknown: Error {}
        for (needed, kept) in [
            ([digests[0]], [digests[0], digests[2]]), ([], [digests[2]]), (nil, digests),
        ] {
            try await withPulling(
                limits: limits,
                needed: {
                    guard let needed else { throw Unknown() }
                    return Set(needed)
                }, answer: Self.repository(index)
            ) { pulling, server in
                for version in versions {
                    _ = try await pulling.puller.pull(reference(server, "web", version))
                }
                #expect(Set(pulling.keptFiles) == Set(kept.map { "sha256-\($0)" }))
            }
        }
    }

    @Test func whatWasNotUsedForLongestGoesFirst() async throws {
        let versions = ["1.0.0", "1.1.0", "1.2.0"]
        let digests = versions.map { Digest(of: archive($0)) }
        var limits = PullLimits.testing
        limits.kept = versions.prefix(2).reduce(16) { $0 + archive($1).count }
        let index = Self.index("1.0.0", "1.1.0", "1.2.0")
        try await withPulling(limits: limits, answer: Self.repository(index)) { pulling, server in
            for (number, version) in versions.prefix(2).enumerated() {
                _ = try await pulling.puller.pull(reference(server, "web", version))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: Double(number))],
                    ofItemAtPath: pulling.keptFile(digests[number]).path)
            }
            #expect(pulling.puller.cached(digests[0]) != nil)
            _ = try await pulling.puller.pull(reference(server, "web", "1.2.0"))
            #expect(Set(pulling.keptFiles) == ["sha256-\(digests[0])", "sha256-\(digests[2])"])
        }
    }

    @Test func aQueryOfTheRepositoryGoesWithItsFilesAndIsNotShown() async throws {
        try await withPulling(answer: Self.repository(Self.index("1.0.0"))) { pulling, server in
            let text = await pulling.text(
                of: try ChartReference(
                    repository: "http://127.0.0.1:\(server.port)/charts/?key=s3cret", chart: "web"),
                port: server.port)
            #expect(text == "web 1.0.0 of http://127.0.0.1:PORT/charts/web-1.0.0.tgz")
            #expect(
                server.takeLines() == [
                    "GET /charts/index.yaml?key=s3cret", "GET /charts/web-1.0.0.tgz?key=s3cret",
                ])
        }
    }

    @Test(arguments: [
        ("1.0.0 web-1.0.0.tgz wrong", "/charts/web-1.0.0.tgz is not what its repository promises"),
        ("1.0.0 gone.tgz", "failed to fetch http://127.0.0.1:PORT/charts/gone.tgz: 404"),
        ("1.0.0 ftp://h/web.tgz", "cannot pull ftp://h/web.tgz: only http, https"),
        ("1.0.0 http://me:pw@h/web.tgz", "cannot pull http://h/web.tgz: user and password"),
    ])
    func entriesThatCannotBeFollowedAreErrors(entry: String, expected: String) async throws {
        try await withPulling(answer: Self.repository(Self.index(entry))) { pulling, server in
            let text = await pulling.text(of: try reference(server), port: server.port)
            #expect(text.contains(expected), "\(text)")
            #expect(pulling.keptFiles.isEmpty)
        }
    }

    @Test(arguments: [
        ("", "empty index.yaml file"), ("entries: {}", "no API version specified"),
        ("apiVersion: v1\nentries: [", "index.yaml:"), ("<html>", "no API version specified"),
        ("apiVersion: v1\nentries: {web: 1}", "entries of web are no list"),
        (
            "apiVersion: v1\nentries: {web: [{name: web, version: 1.0.0}]}",
            "chart \"web\" version \"1.0.0\" has no downloadable URLs"
        ),
        (
            "apiVersion: v1\nentries: {web: [{name: web, version: 1.0.0, urls: [a], digest: x}]}",
            "the digest of web 1.0.0 is no SHA-256: x"
        ),
    ])
    func indexesThatCannotBeReadAreErrors(index: String, expected: String) async throws {
        try await withPulling(answer: Self.repository(index)) { pulling, server in
            let text = await pulling.text(of: try reference(server), port: server.port)
            let place = "the answer of http://127.0.0.1:PORT/charts/index.yaml cannot be read: "
            #expect(text.hasPrefix(place + expected), "\(text)")
        }
    }

    @Test func anArchiveIsPulledByItsAddress() async throws {
        let answer: @Sendable (ServedRequest) -> ServedAnswer = { request in
            request.target == "/a/web.tgz?sig=s3cret"
                ? ServedAnswer(archive("1.0.0")) : ServedAnswer(text: "<html>please log in</html>")
        }
        try await withPulling(answer: answer) { pulling, server in
            let base = "http://127.0.0.1:\(server.port)"
            var text = await pulling.text(
                of: try ChartReference(archive: "\(base)/a/web.tgz?sig=s3cret"), port: server.port)
            #expect(text == "web.tgz - of http://127.0.0.1:PORT/a/web.tgz")
            text = await pulling.text(
                of: try ChartReference(archive: base + "/b"), port: server.port)
            #expect(
                text == "the answer of http://127.0.0.1:PORT/b cannot be read: "
                    + "it does not appear to be a gzipped archive")
        }
    }
}
