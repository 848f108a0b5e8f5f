import Logging
public import Model
import NIOHTTP1

extension KubernetesClient {
    /// What the cluster serves: one document for `/api` and one for `/apis` where the server has
    /// aggregated discovery, else one for each group and version.
    ///
    /// Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
    public func discovery() async throws(ClusterError) -> Discovery {
        let accept =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
        let answers = await answers(to: [
            APIRequest(method: .GET, path: "/version"),
            APIRequest(method: .GET, path: "/api", accept: accept),
            APIRequest(method: .GET, path: "/apis", accept: accept),
        ])
        guard let serverVersion = try answers[0].get()["gitVersion"]?.stringValue else {
            throw .malformedAnswer(message: "/version has no gitVersion")
        }
        var resources: [APIResource] = []
        for (root, answer) in zip(["/api", "/apis"], answers.dropFirst()) {
            let document = try answer.get()
            if document["kind"]?.stringValue == "APIGroupDiscoveryList" {
                resources += aggregatedResources(document)
            } else {
                resources += try await legacyResources(document, root: root)
            }
        }
        return Discovery(serverVersion: serverVersion, resources: resources)
    }

    private func legacyResources(_ list: Node, root: String)
        async throws(ClusterError) -> [APIResource]
    {
        let versions = groupVersions(list)
        let answers = await answers(
            to: versions.map { APIRequest(method: .GET, path: "\(root)/\($0)") })
        var resources: [APIResource] = []
        for (version, answer) in zip(versions, answers) {
            do throws(ClusterError) {
                resources += versionResources(try answer.get(), version)
            } catch .refused(let code, _, let message) where code == 404 || code == 503 {
                // An extension server that is down must not hide all other groups.
                log.warning("cluster \(cluster): \(version) cannot be discovered: \(message)")
            }
        }
        return resources
    }

    /// The answers to independent requests, in their order; at most eight are under way at a time.
    private func answers(to requests: [APIRequest]) async -> [Result<Node, ClusterError>] {
        await withTaskGroup(of: (Int, Result<Node, ClusterError>).self) { group in
            var answers: [Int: Result<Node, ClusterError>] = [:]
            for (index, request) in requests.enumerated() {
                if index >= 8, let (done, answer) = await group.next() { answers[done] = answer }
                group.addTask {
                    do throws(ClusterError) {
                        return (index, .success(try await self.send(request).node()))
                    } catch { return (index, .failure(error)) }
                }
            }
            for await (done, answer) in group { answers[done] = answer }
            return requests.indices.compactMap { answers[$0] }
        }
    }
}

/// The resources of an `APIGroupDiscoveryList`, in its order: the preferred version first.
func aggregatedResources(_ list: Node) -> [APIResource] {
    var result: [APIResource] = []
    for item in list["items"]?.arrayValue ?? [] {
        let group = item["metadata"]?["name"]?.stringValue ?? ""
        for version in item["versions"]?.arrayValue ?? [] {
            guard let name = version["version"]?.stringValue else { continue }
            for resource in version["resources"]?.arrayValue ?? [] {
                guard let plural = resource["resource"]?.stringValue,
                    let kind = resource["responseKind"]?["kind"]?.stringValue
                else { continue }
                result.append(
                    APIResource(
                        group: group, version: name, kind: kind, plural: plural,
                        isNamespaced: resource["scope"]?.stringValue == "Namespaced",
                        verbs: (resource["verbs"]?.arrayValue ?? []).compactMap(\.stringValue)))
            }
        }
    }
    return result
}

/// The versions of an `APIVersions` or `APIGroupList`, each group's preferred one first.
func groupVersions(_ list: Node) -> [GroupVersion] {
    if let versions = list["versions"]?.arrayValue {
        return versions.compactMap(\.stringValue).map { GroupVersion($0) }
    }
    var result: [GroupVersion] = []
    for group in list["groups"]?.arrayValue ?? [] {
        let preferred = group["preferredVersion"]?["groupVersion"]?.stringValue
        let all = (group["versions"]?.arrayValue ?? []).compactMap {
            $0["groupVersion"]?.stringValue
        }
        let ordered = all.filter { $0 == preferred } + all.filter { $0 != preferred }
        result += ordered.map { GroupVersion($0) }
    }
    return result
}

/// The resources of an `APIResourceList`, without subresources such as `pods/log`.
func versionResources(_ list: Node, _ version: GroupVersion) -> [APIResource] {
    (list["resources"]?.arrayValue ?? []).compactMap { resource in
        guard let plural = resource["name"]?.stringValue, !plural.contains("/"),
            let kind = resource["kind"]?.stringValue
        else { return nil }
        return APIResource(
            group: version.group, version: version.version, kind: kind, plural: plural,
            isNamespaced: resource["namespaced"]?.boolValue ?? false,
            verbs: (resource["verbs"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}
