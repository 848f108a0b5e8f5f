import Foundation
import Model
import TestSupport
import Testing
import YAML

@testable import Declarations

@Suite("tidemark.yaml")
struct SettingsTests {
    @Test func everyFieldIsRead() throws {
        let settings = try readSettings(Array(everySetting.utf8), file: "tidemark.yaml")
        #expect(settings.ledger == "data/ledger.db")
        #expect(settings.keys == "/etc/tidemark/keys")
        #expect(settings.repositories == repositories)
        #expect(
            settings.applications == [
                .init(repository: "platform", revision: "main", path: "argocd/apps", recurse: true),
                .init(repository: "https://example.com/public.git", path: ""),
            ])
        #expect(settings.environments == environments)
        #expect(settings.promotion == ["dev", "staging", "production"])
        #expect(
            settings.identities == [
                .init(name: "engineer-a", accounts: ["a@example.com", "github:a"]),
                .init(name: "engineer-b", accounts: []),
            ])
        #expect(settings.modes == ["authz": .observe, "gateway": .apply])
        #expect(
            settings.approvals == [
                "authz": .init(count: 2, authentication: [.sshSignature], isNotAuthor: false),
                "gateway": .standard,
            ])
        #expect(
            settings.charts == ["authz": .init(looksUp: true), "gateway": .init(renderer: .helm)])
        #expect(settings.allowedSigners == "allowed_signers")
        #expect(
            settings.selfHeal
                == .init(duration: .seconds(1), factor: 2, maxDuration: .seconds(90)))
        #expect(settings.socket == .init(path: "/run/tidemark/tidemark.sock", group: "ops"))
        #expect(settings.checkpoints == .init(every: .seconds(600), events: 50))
        #expect(
            settings.witnesses == [
                .init(
                    url: "https://witness.example/w1",
                    key: "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
            ])
        #expect(settings.anchor == .init(repository: "platform", branch: "audit"))
    }

    private var repositories: [Settings.Repository] {
        var indexed = Settings.Repository(name: "indexed", url: "https://example.com/indexed")
        indexed.kind = .helm
        indexed.caFile = "ca.pem"
        return [
            .init(
                name: "platform", url: "https://example.com/platform.git",
                credentials: .basic(username: "robot", password: .file("secrets/password")),
                poll: .seconds(30), deadline: .milliseconds(1500),
                signatures: .init(
                    allowedSigners: "signers", keyring: "keys.gpg", require: .environments(["dev"]))
            ),
            .init(
                name: "charts", url: "https://example.com/charts.git",
                credentials: .token(.environment("CHARTS_TOKEN")),
                signatures: .init(allowedSigners: "signers", require: .everywhere)),
            .init(
                name: "keys", url: "git@example.com:keys.git",
                credentials: .ssh(
                    username: "deploy", keyFile: "id_ed25519",
                    passphrase: .environment("PASSPHRASE"))),
            .init(
                name: "more", url: "ssh://example.com/more.git",
                credentials: .ssh(username: "git", keyFile: "k", passphrase: .file("p"))),
            indexed,
            .init(
                name: "basic", url: "https://example.com/basic.git",
                credentials: .basic(username: "u", password: .environment("P"))),
            .init(
                name: "token", url: "https://example.com/token.git",
                credentials: .token(.file("t"))),
            .init(name: "https://example.com/public.git", url: "https://example.com/public.git"),
        ]
    }

    private var environments: [Settings.Environment] {
        [
            .init(name: "dev", cluster: .sandbox(data: "dev.db", port: 6443)),
            .init(name: "staging", cluster: .sandbox(data: nil, port: nil)),
            .init(
                name: "production", cluster: .kubeconfig(path: "~/.kube/config", context: "prod"),
                server: "https://prod.example.com:6443", mode: .observe, deadline: .seconds(10),
                requireApproval: .standard),
            .init(name: "other", cluster: .kubeconfig(path: "k", context: nil)),
        ]
    }

    @Test func aChartIsInTheRepositoryOfItsURLOrBelowThatOfItsRegistry() throws {
        let text = """
            repositories:
            - {name: git, url: https://example.com/charts}
            - {name: indexed, type: helm, url: https://example.com/charts/}
            - {name: registry, type: oci, url: oci://ghcr.io/org}
            - {name: team, type: oci, url: ghcr.io/org/team}
            """
        let settings = try readSettings(Array(text.utf8), file: "tidemark.yaml")
        func name(_ url: String, _ chart: String?) -> String? {
            var source = Application.Source(repoURL: url, path: "")
            source.chart = chart
            return settings.repository(of: source)?.name
        }
        #expect(name("https://example.com/charts", nil) == "git")
        #expect(name("https://example.com/charts", "web") == "indexed")
        #expect(name("https://example.com/chart", "web") == nil)
        #expect(name("ghcr.io/org", "web") == "registry")
        #expect(name("oci://ghcr.io/org/", "team/web") == "team")
        #expect(name("oci://ghcr.io/org/team", "web") == "team")
        #expect(name("ghcr.io/org-of-others", "web") == nil)
        #expect(name("ghcr.io/org", nil) == nil)
    }

    @Test func rulesOfNoApplicationAreFound() throws {
        let text = """
            modes: {shop: observe, shp: observe}
            charts:
              shop: {lookup: true}
              web: {lookup: true}
            approvals: {stock: {count: 2}}
            """
        let problems = rulesOfNoApplication(
            Array(text.utf8), file: "tidemark.yaml", applications: ["shop", "stock"])
        #expect(
            problems.map(\.summary) == [
                "tidemark.yaml:1:24: modes.shp: there is no application shp",
                "tidemark.yaml:4:3: charts.web: there is no application web",
            ])
        #expect(problems.map(\.hint) == ["did you mean shop?", nil])
    }

    @Test func whatIsNotSaidHasADefault() throws {
        let text = "environments: [{name: dev, sandbox: }]\n"
        let settings = try readSettings(Array(text.utf8), file: "tidemark.yaml")
        #expect(settings.ledger == "tidemark.db" && settings.keys == "tidemark-keys")
        #expect(settings.environments.first?.deadline == .seconds(30))
        #expect(settings.environments.first?.mode == .apply)
        #expect(settings.selfHeal == .standard)
        #expect(settings.repositories.isEmpty && settings.applications.isEmpty)
    }

    @Test func oneFolderOfApplicationsNeedsNoList() throws {
        let text = """
            repositories: [{url: u}]
            applications: {repository: u, path: ./apps/}
            """
        let settings = try readSettings(Array(text.utf8), file: "tidemark.yaml")
        #expect(settings.applications == [.init(repository: "u", path: "apps")])
    }

    @Test func theDigestFollowsTheContentNotTheNotation() throws {
        func digest(_ text: String) throws -> String {
            "\(try readSettings(Array(text.utf8), file: "f").digest)"
        }
        let block = "ledger: a\nkeys: b\n"
        #expect(try digest(block) == digest("# note\n{keys: 'b', ledger: a}"))
        #expect(try digest(block) != digest("ledger: b\nkeys: b\n"))
    }
}

/// Every field that there is, each at least once.
let everySetting = """
    ledger: data/ledger.db
    keys: /etc/tidemark/keys
    repositories:
    - name: platform
      url: https://example.com/platform.git
      credentials: {username: robot, passwordFile: secrets/password}
      poll: 30s
      deadline: 1.5s
      signatures: {allowedSigners: signers, keyring: keys.gpg, require: [dev]}
    - name: charts
      url: https://example.com/charts.git
      credentials: {tokenEnvironment: CHARTS_TOKEN}
      signatures: {allowedSigners: signers, require: true}
    - name: keys
      url: git@example.com:keys.git
      credentials: {username: deploy, sshKeyFile: id_ed25519, sshPassphraseEnvironment: PASSPHRASE}
    - name: more
      url: ssh://example.com/more.git
      credentials: {sshKeyFile: k, sshPassphraseFile: p}
    - name: indexed
      type: helm
      url: https://example.com/indexed
      caFile: ca.pem
    - name: basic
      url: https://example.com/basic.git
      credentials: {username: u, passwordEnvironment: P}
    - {name: token, url: https://example.com/token.git, credentials: {tokenFile: t}}
    - url: https://example.com/public.git
    applications:
    - {repository: platform, revision: main, path: argocd/apps, recurse: true}
    - {repository: https://example.com/public.git}
    environments:
    - {name: dev, sandbox: {data: dev.db, port: 6443}}
    - {name: staging, sandbox: {}}
    - name: production
      kubeconfig: ~/.kube/config
      context: prod
      server: https://prod.example.com:6443
      mode: observe
      deadline: 10s
      requireApproval: true
    - {name: other, kubeconfig: k}
    promotion: [dev, staging, production]
    identities:
    - {name: engineer-a, accounts: [a@example.com, "github:a"]}
    - {name: engineer-b}
    modes: {authz: observe, gateway: apply}
    charts: {authz: {lookup: true, renderer: tidemark}, gateway: {renderer: helm}}
    approvals:
      authz: {count: 2, authentication: [sshSignature], notAuthor: false}
      gateway: true
      shop: false
    allowedSigners: allowed_signers
    selfHeal: {duration: 1s, factor: 2, maxDuration: 1m30s}
    socket: {path: /run/tidemark/tidemark.sock, group: ops}
    checkpoints: {every: 10m, events: 50}
    witnesses:
    - {url: "https://witness.example/w1/", key: witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU}
    anchor: {repository: platform, branch: audit}
    """

/// `schema/tidemark.schema.json`, which editors read, says what the program reads.
@Suite("Schema of tidemark.yaml")
struct SettingsSchemaTests {
    private let schema: Node

    init() throws {
        let file = fixtures().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("schema/tidemark.schema.json")
        schema = try parseJSON(Array(Data(contentsOf: file)))
    }

    private var objects: [(path: FieldPath, fields: [String])] {
        [
            (.root, SettingsFields.root),
            (FieldPath("$defs", "repository"), SettingsFields.repository),
            (FieldPath("$defs", "credentials"), SettingsFields.credentials),
            (FieldPath("$defs", "applicationFolder"), SettingsFields.applicationFolder),
            (FieldPath("$defs", "environment"), SettingsFields.environment),
            (
                FieldPath("$defs", "environment", "properties", "sandbox"),
                SettingsFields.sandbox
            ),
            (FieldPath("$defs", "chartRules"), SettingsFields.chartRules),
            (FieldPath("$defs", "identity"), SettingsFields.identity),
            (FieldPath("$defs", "selfHeal"), SettingsFields.selfHeal),
            (FieldPath("$defs", "socket"), SettingsFields.socket),
            (FieldPath("$defs", "signatures"), SettingsFields.signatures),
            (FieldPath("$defs", "approvalRule"), SettingsFields.approvalRule),
            (FieldPath("$defs", "checkpoints"), SettingsFields.checkpoints),
            (FieldPath("$defs", "witness"), SettingsFields.witness),
            (FieldPath("$defs", "anchor"), SettingsFields.anchor),
        ]
    }

    @Test func everyObjectHasTheFieldsThatAreReadAndNoOthers() throws {
        for (path, fields) in objects {
            let object = try #require(schema.value(at: path), "\(path)")
            #expect(object["properties"]?.objectValue?.keys.sorted() == fields.sorted(), "\(path)")
            #expect(object["additionalProperties"] == false, "\(path)")
        }
    }

    @Test func everyClosedObjectOfTheSchemaIsCompared() {
        var found: Set<FieldPath> = []
        func visit(_ node: Node, at path: FieldPath) {
            if node["additionalProperties"] == false { found.insert(path) }
            for (key, value) in node.objectValue ?? Mapping() {
                visit(value, at: path.appending(key))
            }
        }
        visit(schema, at: .root)
        #expect(found == Set(objects.map(\.path)))
    }

    @Test func everyFieldIsInTheExample() throws {
        let example = try #require(
            try parseYAML(Array(everySetting.utf8), file: "example").first?.root)
        func keys(_ node: Node?) -> Set<String> {
            Set((node?.arrayValue ?? [node ?? .null]).flatMap { $0.objectValue?.keys ?? [] })
        }
        func inner(_ list: String, _ key: String) -> Node {
            .array((example[list]?.arrayValue ?? []).compactMap { $0[key] })
        }
        #expect(keys(example) == Set(SettingsFields.root))
        #expect(keys(example["repositories"]) == Set(SettingsFields.repository))
        #expect(keys(inner("repositories", "credentials")) == Set(SettingsFields.credentials))
        #expect(keys(example["applications"]) == Set(SettingsFields.applicationFolder))
        #expect(keys(example["environments"]) == Set(SettingsFields.environment))
        #expect(keys(inner("environments", "sandbox")) == Set(SettingsFields.sandbox))
        #expect(keys(example["identities"]) == Set(SettingsFields.identity))
        #expect(keys(example["selfHeal"]) == Set(SettingsFields.selfHeal))
        #expect(keys(example["socket"]) == Set(SettingsFields.socket))
        #expect(keys(inner("repositories", "signatures")) == Set(SettingsFields.signatures))
        #expect(keys(example["approvals"]?["authz"]) == Set(SettingsFields.approvalRule))
        #expect(keys(example["checkpoints"]) == Set(SettingsFields.checkpoints))
        #expect(keys(example["witnesses"]) == Set(SettingsFields.witness))
        #expect(keys(example["anchor"]) == Set(SettingsFields.anchor))
    }

    @Test func defaultsAndChoicesAreThoseOfTheProgram() throws {
        func text(_ keys: String...) throws -> String {
            try #require(schema.value(at: FieldPath(keys.map { .key($0) }))?.scalarText, "\(keys)")
        }
        func duration(_ object: String, _ field: String) throws -> Duration? {
            Duration(goText: try text("$defs", object, "properties", field, "default"))
        }
        let settings = try readSettings(Array("{}".utf8), file: "f")
        #expect(try text("properties", "ledger", "default") == settings.ledger)
        #expect(try text("properties", "keys", "default") == settings.keys)
        #expect(try duration("repository", "poll") == Settings.Repository.standardPoll)
        #expect(try duration("repository", "deadline") == Settings.Repository.standardDeadline)
        #expect(try duration("environment", "deadline") == Settings.Environment.standardDeadline)
        #expect(try duration("selfHeal", "duration") == settings.selfHeal.duration)
        #expect(try duration("selfHeal", "maxDuration") == settings.selfHeal.maxDuration)
        #expect(
            try text("$defs", "selfHeal", "properties", "factor", "default")
                == "\(settings.selfHeal.factor)")
        let rule = FieldPath("$defs", "approvalRule", "properties")
        let standard = Settings.ApprovalRule.standard
        #expect(
            schema.value(at: rule)?["count"]?["default"] == .int(Int64(standard.count)))
        #expect(schema.value(at: rule)?["notAuthor"]?["default"] == .bool(standard.isNotAuthor))
        let ways = schema.value(at: rule)?["authentication"]
        #expect(ways?["items"]?["enum"] == ways?["default"])
        #expect(
            Set(ways?["default"]?.arrayValue?.compactMap(\.stringValue) ?? [])
                == Set(standard.authentication.map(\.rawValue)))
        #expect(try duration("checkpoints", "every") == settings.checkpoints.every)
        #expect(
            try text("$defs", "checkpoints", "properties", "events", "default")
                == "\(settings.checkpoints.events)")
        #expect(
            try text("$defs", "anchor", "properties", "branch", "default")
                == Settings.Anchor.standardBranch)
        #expect(
            schema.value(at: FieldPath("$defs", "mode", "enum"))
                == .array(Settings.Mode.allCases.map { .string($0.rawValue) }))
    }
}
