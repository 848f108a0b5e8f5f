internal import Digests
internal import EventLog
internal import Logging
internal import Model
internal import Planning
internal import Projections

extension EnvironmentReconciler {
    /// Asks the cluster what it serves, until it has answered once; records that it answers, or that it does not.
    func ensureConnected() async {
        guard discovery == nil else { return }
        do {
            adopt(try await client.discovery())
            try await rememberDeployedKinds()
            try await recordConnection(nil)
            followDesiredKinds()
        } catch let error as ClusterError {
            await disconnected(error)
        } catch {
            log.error("cannot record the connection of \(name): \(describe(error))")
        }
        if discovery == nil { wakeAfter(.seconds(5)) }
    }

    /// Learns from the ledger which kinds each application has or had objects of, also those Git no longer wants;
    /// hooks are on record as desired only.
    private func rememberDeployedKinds() async throws {
        let environment = name
        deployedKinds = try await recorder.store.state { state in
            let prefix = environment + "|"
            var kinds: [String: Set<GroupKind>] = [:]
            state.objects.forEachRow { key, row in
                guard key.hasPrefix(prefix), !row.isGone,
                    let object = ObjectKey(String(key.dropFirst(prefix.count)))
                else { return }
                kinds[row.application, default: []].insert(object.groupKind)
            }
            for (name, row) in state.applications.all
            where row.environment == environment && !row.isRemoved {
                kinds[name, default: []].formUnion(row.desired.map(\.key.groupKind))
            }
            return kinds
        }
    }

    private func adopt(_ found: Discovery) {
        discovery = found
        var builder = DigestBuilder()
        builder.update(field: found.serverVersion)
        for resource in found.resources {
            builder.update(
                field: "\(resource.apiVersion) \(resource.kind) \(resource.isNamespaced)")
        }
        let digest = builder.finish()
        if digest != discoveryDigest { exploreAt = nil }
        discoveryDigest = digest
    }

    /// Asks again what the cluster serves, after a CustomResourceDefinition came or went.
    func rediscover() async throws(ClusterError) {
        adopt(try await client.discovery())
        for name in entries.keys { entries[name]?.isDirty = true }
        followDesiredKinds()
    }

    /// Follows every kind that an application desires or had deployed and that the cluster serves.
    func followDesiredKinds() {
        guard let discovery else { return }
        var kinds: Set<GroupKind> = []
        for entry in entries.values {
            kinds.formUnion(entry.desired?.objects.map(\.planning.key.groupKind) ?? [])
        }
        for deployed in deployedKinds.values { kinds.formUnion(deployed) }
        for kind in kinds.subtracting(followed) {
            guard let resource = discovery.resource(kind), resource.verbs.contains("watch") else {
                continue
            }
            followed.insert(kind)
            jobs.yield { [weak self] in await self?.follow(resource) }
        }
    }

    /// Reads desired objects whose kind was listed before anybody desired them; until then it was of no
    /// interest that they exist.
    func readUnseenKeys() async {
        for key in unseenKeys.sorted() {
            guard let resource = discovery?.resource(key.groupKind) else { continue }
            cache.expectAnswers(about: [key])
            do {
                let node = try await client.get(
                    resource, namespace: key.namespace, name: key.name)
                _ = cache.settle(key, answer: node, wantedKeys)
            } catch let error {
                _ = cache.settle(key, answer: nil, wantedKeys)
                guard error.isNotFound else {
                    await disconnected(error)
                    // No watch has ended, so none begins again and tells of it.
                    for name in entries.keys { entries[name]?.isDirty = true }
                    wakeAfter(.seconds(5))
                    return
                }
            }
            unseenKeys.remove(key)
            await connected()
        }
    }

    private func follow(_ resource: APIResource) async {
        for await event in client.follow(resource) {
            await take(event, of: resource)
        }
        followed.remove(resource.groupKind)
    }

    private func take(_ event: FollowEvent, of resource: APIResource) async {
        if case .disconnected(let error) = event {
            await disconnected(error)
            return
        }
        let wasKnown = cache.known.contains(resource.groupKind)
        let changed = cache.apply(event, of: resource.groupKind, wanted: wantedKeys)
        await connected()
        if !wasKnown || !changed.isEmpty { touch(changed, everyone: !wasKnown) }
    }

    /// Marks the applications that objects belong to, and wakes the syncs that may wait for them.
    func touch(_ keys: Set<ObjectKey>, everyone: Bool) {
        for (name, entry) in entries {
            let isConcerned =
                everyone
                || keys.contains { key in
                    entry.desired?.byKey[key] != nil || cache.objects[key]?.application == name
                }
                // A tracked object that is gone is no longer in the cache.
                || keys.contains { cache.objects[$0] == nil }
            guard isConcerned else { continue }
            entries[name]?.isDirty = true
            entry.run?.wake.yield()
        }
        wake()
    }

    private func connected() async {
        guard isConnected != true else { return }
        do { try await recordConnection(nil) } catch {
            log.error("cannot record the connection of \(name): \(describe(error))")
        }
    }

    func disconnected(_ error: ClusterError) async {
        // A call that was cut off because the engine stops says nothing about the cluster.
        guard !Task.isCancelled else { return }
        let reason = [error.summary, error.cause].compactMap { $0 }.joined(separator: ": ")
        do { try await recordConnection(reason) } catch {
            log.error("cannot record that \(name) is unreachable: \(describe(error))")
        }
    }

    /// Records once that the cluster answers, or why it does not.
    private func recordConnection(_ failure: String?) async throws {
        let isConnected = failure == nil
        guard self.isConnected != isConnected else { return }
        self.isConnected = isConnected
        disconnection = failure
        for name in entries.keys { entries[name]?.isDirty = true }
        wake()
        let environment = name
        let row = try await recorder.store.state { $0.environments[environment] }
        guard row?.isConnected != isConnected || row?.since == nil else { return }
        let version = discovery?.serverVersion ?? ""
        let event: Event =
            isConnected
            ? .clusterConnected(ClusterConnected { $0.serverVersion = version })
            : .clusterDisconnected(ClusterDisconnected { $0.reason = failure ?? "" })
        try await recorder.record([
            recorder.event(
                event, stream: LedgerState.Stream.environment(name),
                subjects: Subjects(environment: name))
        ])
    }
}
