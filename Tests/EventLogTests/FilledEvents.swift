import Digests
import EventLog
import Model

/// An instance of every event with every field set, in the order of the catalogue.
let filledEvents: [Event] = filledGround + filledComparisons + filledSyncs

let digest = (1...9).map { Digest(of: "\($0)") }
let time = Timestamp(nanoseconds: 1_793_613_731_000_000_001)
let commits = ["9f3c1ab6d0", "1b2c3d4e5f"].map { $0 + String(repeating: "0", count: 30) }
let deployment = ObjectKey(
    group: "apps", kind: "Deployment", namespace: "shop", name: "api-gateway")
let service = ObjectKey(group: "", kind: "Service", namespace: "shop", name: "api-gateway")

private let declaration = ApplicationDeclaration {
    $0.digest = digest[0]
    $0.file = "apps/api-gateway.yaml"
    $0.line = 12
    $0.manifest = #"{"kind":"Application"}"#
    $0.mode = .observe
    $0.path = "overlays/production"
    $0.targetRevision = "main"
}

let signature = SignatureEvidence {
    $0.format = .ssh
    $0.key = "SHA256:AQID"
    $0.signature = "-----BEGIN SSH SIGNATURE-----"
    $0.signer = "ada@example.com"
    $0.trust = digest[6]
}

private let person = CommitObserved.Person {
    $0.email = "ada@example.com"
    $0.name = "Ada Ångström"
    $0.time = time
}

private let filledGround: [Event] = [
    .ledgerOpened(
        LedgerOpened {
            $0.format = 1
            $0.origin = "example.com/audit/shop"
            $0.programVersion = "0.1.0"
            $0.signingKey = "example.com/audit/shop+0123abcd+AQID"
            $0.succeeds = LedgerOpened.Succession {
                $0.checkpoint = "example.com/audit/old\n12\nAQID\n\n— example.com/audit/old AQID\n"
                $0.origin = "example.com/audit/old"
                $0.reason = "restored from a backup"
                $0.size = 12
            }
            $0.tokenKeyID = "0123abcd"
        }),
    .clockJumped(
        ClockJumped {
            $0.from = time
            $0.to = time + .seconds(301)
        }),
    .projectionRebuilt(
        ProjectionRebuilt {
            $0.base = .init {
                $0.states = [
                    .init {
                        $0.digest = Digest(of: "rows")
                        $0.projection = "present"
                        $0.version = 2
                    }
                ]
                $0.through = 1000
            }
            $0.events = 1200
            $0.projection = "present"
            $0.version = 2
        }),
    .verificationRun(
        VerificationRun {
            $0.events = 1200
            $0.finding = "@12 payload hash: expected 3f, found 9c"
            $0.isIntact = false
        }),
    .redactionKeyChanged(
        RedactionKeyChanged {
            $0.from = "0123abcd"
            $0.to = "89abcdef"
        }),
    .configurationChanged(ConfigurationChanged { $0.digest = digest[1] }),
    .checkpointSigned(
        CheckpointSigned {
            $0.note = "example.com/audit/shop\n8\nAQID\n\n— example.com/audit/shop AQID\n"
            $0.root = digest[2]
            $0.size = 8
        }),
    .checkpointWitnessed(
        CheckpointWitnessed {
            $0.cosignature = "— witness.example/w1 AQID"
            $0.size = 8
            $0.witness = "witness.example/w1"
        }),
    .signingKeyChanged(
        SigningKeyChanged {
            $0.from = "example.com/audit/shop+0123abcd+AQID"
            $0.to = "example.com/audit/shop+89abcdef+AQIE"
        }),
    .payloadRedacted(
        PayloadRedacted {
            $0.blobs = [digest[3]]
            $0.position = 12
            $0.reason = "a name that may not be kept"
        }),
    .ledgerArchived(
        LedgerArchived {
            $0.archive = digest[4]
            $0.blobs = 3
            $0.file = "tidemark-before-2026-01-01.db"
            $0.states = [
                LedgerArchived.SavedState {
                    $0.digest = digest[5]
                    $0.projection = "present"
                    $0.version = 2
                }
            ]
            $0.through = 1000
        }),
    .repositoryRegistered(
        RepositoryRegistered { $0.url = "https://git.example.com/manifests.git" }),
    .repositoryUnreachable(RepositoryUnreachable { $0.reason = "connection refused" }),
    .repositoryReachable(
        RepositoryReachable {
            $0.attempts = 3
            $0.unreachableSince = time + .seconds(-200)
        }),
    .repositoryDropped(RepositoryDropped { $0.reason = "no application has a chart of it" }),
    .refMoved(
        RefMoved {
            $0.from = commits[1]
            $0.isForced = true
            $0.ref = "refs/heads/main"
            $0.to = commits[0]
            $0.via = .webhook
        }),
    .commitObserved(
        CommitObserved {
            $0.author = person
            $0.changedPaths = ["overlays/production/api-gateway.yaml", "base/\"quoted\".yaml"]
            $0.changedPathsOmitted = 4
            $0.committer = person
            $0.message = "scale api-gateway\n\ttab, \u{1}, \\ and 漢字"
            $0.parents = [commits[1]]
            $0.signature = .verified
            $0.signedBy = signature
            $0.trailers = [
                CommitObserved.Trailer {
                    $0.key = "Reviewed-by"
                    $0.value = "Grace"
                }
            ]
        }),
    .pushIntended(
        PushIntended {
            $0.branch = "main"
            $0.commit = commits[0]
            $0.expected = commits[1]
        }),
    .pushFinished(
        PushFinished {
            $0.branch = "main"
            $0.commit = commits[0]
            $0.message = "the remote moved"
            $0.outcome = .notPushed
        }),
    .environmentDeclared(
        EnvironmentDeclared {
            $0.mode = .observe
            $0.promotionOrder = 2
            $0.server = "https://10.0.0.1:6443"
        }),
    .clusterConnected(ClusterConnected { $0.serverVersion = "v1.36.2" }),
    .clusterDisconnected(ClusterDisconnected { $0.reason = "timed out" }),
    .applicationDeclared(declaration),
    .applicationChanged(declaration),
    .applicationRemoved(ApplicationRemoved { $0.isCascaded = true }),
    .declarationsRejected(
        DeclarationsRejected { $0.problems = ["apps/web.yaml:3: unknown field", "more"] }),
]
