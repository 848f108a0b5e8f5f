import Digests
import Engine
import EventLog
import GitRepository
import Model
import Projections
import Synchronization
import Testing

/// Commits whose signature is not verified, where one is required.
@Suite("Required signatures", .timeLimit(.minutes(1)))
struct SignaturePolicyTests {
    private let world = World()
    private let person = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)

    /// Trusted keys that a test exchanges.
    private final class Keys: SignatureChecking {
        private let signature = Mutex(CommitObserved.Signature.untrusted)
        private let checks = Mutex(0)

        func say(_ signature: CommitObserved.Signature) {
            self.signature.withLock { $0 = signature }
        }

        var count: Int { checks.withLock { $0 } }

        func check(_ commit: Commit, of repository: String) async -> CheckedSignature {
            checks.withLock { $0 += 1 }
            let signature = signature.withLock { $0 }
            guard signature == .verified else { return CheckedSignature(signature) }
            return CheckedSignature(
                .verified,
                evidence: SignatureEvidence {
                    $0.key = "SHA256:abc"
                    $0.signer = "a@example.com"
                })
        }

        func trust(of repository: String) async -> Digest? {
            Digest(of: signature.withLock(\.rawValue))
        }

        func check(_ signature: String, of data: [UInt8], namespace: String) async throws
            -> SignatureEvidence
        { throw ApprovalError.noAllowedSigners }
    }

    private func deploy() {
        world.source.commit(
            "web:1",
            [
                "applications/shop.yaml": World.application(),
                "apps/shop/web.yaml": World.deployment("web", image: "web:1"),
            ])
    }

    private func refusals() -> [SyncRefused] {
        world.store.events.compactMap {
            if case .syncRefused(let refused)? = $0.event { refused } else { nil }
        }
    }

    @Test func aCommitThatIsNotVerifiedIsRefusedOnceAndSyncedOnceItsKeyIsTrusted() async throws {
        deploy()
        let keys = Keys()
        let manual = Box<String>()
        let isSynced = try await world.run(
            signatures: keys, requireSignature: true, until: { $0.isSynced }
        ) { [world, person] engine in
            try await world.until {
                $0.store.state.applications["shop"]?.refusal?.reason == .unsignedCommit
            }
            try await engine.refresh("shop")
            do {
                _ = try await engine.sync(
                    SyncCommand(application: "shop"), actor: person,
                    id: EventID(at: world.clock.now(), random: world.clock.randomBytes(10)))
            } catch let error as ApprovalError { manual.value = error.summary }
            #expect(world.cluster.calls.isEmpty)
            let checks = keys.count
            try await engine.refresh()
            #expect(keys.count == checks, "the same keys are not asked again")
            keys.say(.verified)
            try await engine.refresh()
        }
        #expect(isSynced)
        #expect(
            manual.value == "commit 0000000 is not signed by a trusted key: "
                + "the trusted keys do not vouch for its signature")
        #expect(refusals().count { $0.reason == .unsignedCommit } == 1)
        let row = world.store.state.commits.all.values.first
        #expect(row?.signature == .verified && row?.signedBy?.signer == "a@example.com")
        let observed = world.store.events.count { $0.envelope.type == "commit.observed" }
        #expect(observed == 2)
    }

    @Test func withoutTheRequirementSignaturesAreOnlyRecorded() async throws {
        deploy()
        let keys = Keys()
        #expect(try await world.run(signatures: keys, until: { $0.isSynced }))
        #expect(world.store.state.commits.all.values.map(\.signature) == [.untrusted])
        #expect(refusals().isEmpty)
    }
}
