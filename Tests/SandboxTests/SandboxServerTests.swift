import Foundation
import Model
import Sandbox
import TestSupport
import Testing

@Suite("Sandbox server")
struct SandboxServerTests {
    @Test func aWrongTokenIsRefused() async throws {
        var configuration = SandboxConfiguration(token: "right", runsControllers: false)
        configuration.allowsAnonymous = false
        let codes = try await withSandbox(configuration) { client in
            var codes = [try await client.send("GET", "/api").code]
            codes.append(try await SandboxClient(port: client.port).send("GET", "/api").code)
            codes.append(
                try await SandboxClient(port: client.port, token: "no").send("GET", "/api").code)
            return codes
        }
        #expect(codes == [200, 401, 401])
    }

    @Test func objectsSurviveARestart() async throws {
        let folder = try TemporaryFolder()
        let configuration = SandboxConfiguration(
            dataFile: folder.url.appendingPathComponent("data.db").path, runsControllers: false)
        let path = "/api/v1/namespaces/default/configmaps"
        let before = try await withSandbox(configuration) { client in
            try await client.json(
                "POST", path,
                ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]]
            ).node
        }
        let (after, events) = try await withSandbox(configuration) { client in
            let version = before["metadata"]?["resourceVersion"]?.stringValue ?? ""
            _ = try await client.json("DELETE", path + "/a")
            let watch = try await client.send(
                "GET", path + "?watch=true&timeoutSeconds=0&resourceVersion=" + version)
            return (try await client.send("GET", path + "/a").code, watch.events.count)
        }
        #expect(before["metadata"]?["uid"] != nil)
        #expect(after == 404)
        #expect(events == 1)
    }

    @Test func aBrokenImageExceedsItsDeadline() async throws {
        let reason = try await withSandbox(
            SandboxConfiguration(readyDelay: .milliseconds(10), secondsScale: 0.001)
        ) { client in
            _ = try await client.json(
                "POST", "/apis/apps/v1/namespaces/default/deployments",
                [
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
                    "spec": [
                        "selector": ["matchLabels": ["app": "web"]],
                        "template": [
                            "metadata": ["labels": ["app": "web"]],
                            "spec": ["containers": [["name": "m", "image": "web:broken"]]],
                        ],
                    ],
                ])
            let wanted = "ProgressDeadlineExceeded"
            let answer = try await client.wait(
                "/apis/apps/v1/namespaces/default/deployments/web"
            ) { $0.text.contains(wanted) }
            return answer.text.contains(wanted)
        }
        #expect(reason)
    }

    @Test func aJobSucceedsOrFailsByItsImage() async throws {
        let results = try await withSandbox(SandboxConfiguration(readyDelay: .milliseconds(10))) {
            client in
            var results: [String] = []
            for image in ["job:1", "job:broken"] {
                let name = image == "job:1" ? "good" : "bad"
                _ = try await client.json(
                    "POST", "/apis/batch/v1/namespaces/default/jobs",
                    [
                        "apiVersion": "batch/v1", "kind": "Job",
                        "metadata": ["name": .string(name)],
                        "spec": [
                            "backoffLimit": 1,
                            "template": [
                                "spec": [
                                    "restartPolicy": "Never",
                                    "containers": [["name": "m", "image": .string(image)]],
                                ]
                            ],
                        ],
                    ])
                let answer = try await client.wait(
                    "/apis/batch/v1/namespaces/default/jobs/\(name)"
                ) { $0.node["status"]?["conditions"] != nil }
                results.append(
                    answer.node["status"]?["conditions"]?.arrayValue?.last?["type"]?.stringValue
                        ?? "none")
            }
            return results
        }
        #expect(results == ["Complete", "Failed"])
    }
}
