import ChartRepository
import Digests
import TestSupport
import Testing

@Suite("OCI registries")
struct RegistryTests {
    private static let versions = ["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.9.1+build.5"]
    private static let credentials = ChartCredentials(username: "me", password: "s3cret")

    /// Expects what comes of pulling `oci://127.0.0.1:PORT/` and `path`.
    private func check(
        _ path: String = "org/web", version: String = "", _ expected: String,
        _ registry: PlayedRegistry = PlayedRegistry(versions),
        _ credentials: ChartCredentials = .none
    ) async throws {
        try await withPulling(answer: registry.answer) { pulling, server in
            let text = await pulling.text(
                of: try ChartReference(
                    oci: "oci://127.0.0.1:\(server.port)/\(path)", version: version),
                credentials, port: server.port)
            #expect(text.contains(expected), "\(text)")
        }
    }

    @Test func versionsAreTagsOrRangesOverThem() async throws {
        for (path, wanted, version) in [
            ("org/web", "", "1.10.0"), ("org/web:1.0.0", "", "1.0.0"),
            ("org/web", "~1.9", "1.9.1+build.5"),
            ("org/web:1.9.1+build.5", "", "1.9.1+build.5"), ("org/web", ">0.0.0-0", "2.0.0-rc.1"),
            ("org/web", "1.9.0", "1.9.0"),
        ] {
            try await check(
                path, version: wanted, "web \(version) of oci://127.0.0.1:PORT/org/web@sha256:")
        }
        let place = "oci://127.0.0.1:PORT/org/web repository"
        try await check(version: "^3", "chart \"web\" version \"^3\" not found in \(place)")
        try await check(version: "3.0.0", "chart \"web\" version \"3.0.0\" not found in \(place)")
        try await check(
            "org/shop", "chart \"shop\" not found in oci://127.0.0.1:PORT/org/shop repository")
        try await check("org/web:latest", "cannot read the version latest: improper constraint")
    }

    @Test func aDigestThatIsKeptNeedsNoNetwork() async throws {
        let registry = PlayedRegistry(Self.versions)
        let digest = registry.digest("1.0.0")
        try await withPulling(answer: registry.answer) { pulling, server in
            let reference = try ChartReference(
                oci: "oci://127.0.0.1:\(server.port)/org/web:1.0.0@sha256:\(digest)")
            let place = "web 1.0.0 of oci://127.0.0.1:PORT/org/web@sha256:\(digest)"
            #expect(await pulling.text(of: reference, port: server.port) == place)
            #expect(server.takeLines().count == 3)
            #expect(await pulling.text(of: reference, port: server.port) == place + " (kept)")
            #expect(server.takeLines() == [])
            let resolved = try await pulling.puller.resolve(reference)
            #expect(resolved.manifestDigest == digest)
            #expect(resolved.digest == Digest(of: archive("1.0.0")))
        }
        try await check(
            "org/web:1.9.0@sha256:\(digest)", "the digest is that of version 1.0.0", registry)
    }

    @Test func tokensAreGottenAndUsed() async throws {
        for credentials in [.none, Self.credentials] {
            let registry = PlayedRegistry(Self.versions, .token(isForEverybody: true))
            try await withPulling(answer: registry.answer) { pulling, server in
                let reference = try ChartReference(
                    repository: "127.0.0.1:\(server.port)/org", chart: "web", version: "^1")
                let text = await pulling.text(of: reference, credentials, port: server.port)
                #expect(text.hasPrefix("web 1.10.0 of oci://"), "\(text)")
                // One token is enough for tags, manifest and blobs.
                let asked = server.requests.filter { $0.target.hasPrefix("/token") }
                #expect(asked.count == 1)
                let password = credentials == .none ? nil : PlayedRegistry.basic
                #expect(asked.first?.headers["authorization"] == password)
            }
        }
        let registry = PlayedRegistry(Self.versions, .token(isForEverybody: false))
        try await check("org/web", "web 1.10.0 of oci://", registry, Self.credentials)
        try await check("org/web", "/token does not let us in: 401: UNAUTHORIZED: who?", registry)
    }

    @Test func passwordsAndTokensAreGivenAsTheyAre() async throws {
        let basic = PlayedRegistry(Self.versions, .basic)
        try await check("org/web", "web 1.10.0 of oci://", basic, Self.credentials)
        try await check("org/web", "/v2/org/web/tags/list does not let us in: 401", basic)
        let token = PlayedRegistry(Self.versions, .token(isForEverybody: false))
        try await check(
            "org/web", "web 1.10.0 of oci://", token, ChartCredentials(token: PlayedRegistry.token))
    }

    @Test func aBlobElsewhereIsPulledWithoutTheToken() async throws {
        let content = archive("1.0.0")
        let blob = "/v2/org/web/blobs/sha256:\(Digest(of: content))"
        try await withLoopbackServer(answer: { request in
            // A question for the password, which is not for this server.
            request.target == "/ask"
                ? ServedAnswer(401, headers: [("www-authenticate", "Basic realm=\"x\"")])
                : ServedAnswer(content)
        }) { store in
            for (path, expected) in [
                ("blob?sig=1", "web 1.0.0 of oci://"), ("ask", "/ask does not let us in: 401"),
            ] {
                let location = "http://127.0.0.1:\(store.port)/\(path)"
                let registry = PlayedRegistry(
                    Self.versions, .basic,
                    replacing: [blob: ServedAnswer(307, headers: [("location", location)])])
                try await check("org/web:1.0.0", expected, registry, Self.credentials)
            }
            #expect(store.requests.map { $0.headers["authorization"] } == [nil, nil])
        }
    }

    @Test func bytesThatAreNotWhatTheyShouldBeAreErrors() async throws {
        let content = archive("1.0.0")
        let blob = "/v2/org/web/blobs/sha256:\(Digest(of: content))"
        let manifest = "/v2/org/web/manifests/1.0.0"
        let config = Array(#"{"name": "web", "version": "1.0.0"}"#.utf8)
        func check(_ target: String, _ answer: ServedAnswer, _ expected: String) async throws {
            let registry = PlayedRegistry(Self.versions, replacing: [target: answer])
            try await self.check("org/web:1.0.0", expected, registry)
        }
        let promise = "is not what its repository promises: its digest should be sha256:"
        try await check(blob, ServedAnswer(Array(content.reversed())), promise)
        try await check(blob, ServedAnswer(Array(content.dropLast())), promise)
        try await check(blob, ServedAnswer(content + [0]), "is larger than \(content.count) bytes")
        try await check(
            blob, ServedAnswer(500), "failed to fetch http://127.0.0.1:PORT\(blob): 500")
        let right = PlayedRegistry.manifest(config: config, content: content)
        try await check(
            manifest,
            ServedAnswer(headers: [("docker-content-digest", "sha256:\(Digest(of: "x"))")], right),
            promise)
        try await check(manifest, ServedAnswer(text: "<html>"), "the manifest is no JSON")
        try await check(
            manifest, ServedAnswer(text: #"{"manifests": []}"#),
            "it is an index of several manifests")
        let helm = "application/vnd.cncf.helm.config.v1+json"
        try await check(
            manifest,
            ServedAnswer(
                PlayedRegistry.manifest(config: config, content: content, types: ("a/b", "c/d"))),
            "could not load config with mediatype \(helm): found a/b")
        try await check(
            manifest,
            ServedAnswer(
                PlayedRegistry.manifest(config: config, content: content, types: (helm, "c/d"))),
            "manifest does not contain a layer with mediatype application/vnd.cncf.helm.chart.content"
        )
    }

    @Test func listsOfTagsEndAndStayWhereTheyAre() async throws {
        let tags = "/v2/org/web/tags/list"
        func check(_ link: String, _ expected: String) async throws {
            let answer = ServedAnswer(
                headers: [("link", "<\(link)>; rel=\"next\"")], text: #"{"tags": []}"#)
            try await self.check(
                "org/web", expected, PlayedRegistry(Self.versions, replacing: [tags: answer]))
        }
        try await check(tags, "its list of tags does not end")
        try await check("http://127.0.0.1:1/x", "the list of tags goes on at another server")
        try await self.check(
            "org/web", "does not end",
            PlayedRegistry((0..<12).map { "1.0.\($0)" }))
    }

    @Test func plainHTTPIsForThisMachineAlone() async throws {
        let registry = PlayedRegistry(
            Self.versions,
            replacing: [
                "/v2/org/web/manifests/1.0.0": ServedAnswer(
                    307, headers: [("location", "http://charts.invalid/x")])
            ])
        try await check(
            "org/web:1.0.0",
            "http://charts.invalid/x is not followed: plain HTTP is spoken only with a registry on this machine",
            registry)
        let challenge = #"Bearer realm="http://charts.invalid/token""#
        let asking = PlayedRegistry(
            Self.versions,
            replacing: [
                "/v2/org/web/manifests/1.0.0": ServedAnswer(
                    401, headers: [("www-authenticate", challenge)])
            ])
        try await check(
            "org/web:1.0.0", "http://charts.invalid/token is not followed", asking, Self.credentials
        )
    }

    @Test func anIndexMayLeadToARegistry() async throws {
        let registry = PlayedRegistry(Self.versions)
        try await withPulling(answer: { request in
            guard request.target == "/index.yaml" else { return registry.answer(request) }
            let url = "oci://127.0.0.1:\(request.port)/org/web:1.0.0"
            return ServedAnswer(
                text:
                    "apiVersion: v1\nentries: {web: [{name: web, version: 1.0.0, urls: [\"\(url)\"]}]}"
            )
        }) { pulling, server in
            let text = await pulling.text(
                of: try ChartReference(repository: "http://127.0.0.1:\(server.port)", chart: "web"),
                Self.credentials, port: server.port)
            #expect(text.hasPrefix("web 1.0.0 of oci://127.0.0.1:PORT/org/web@sha256:"), "\(text)")
            let asked = server.requests.filter { $0.headers["authorization"] != nil }
            #expect(asked.map(\.target) == ["/index.yaml"])
        }
    }
}
