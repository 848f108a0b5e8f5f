import Health
import Model
import Testing

@Suite("Health of applications")
struct ApplicationHealthTests {
    @Test func itIsTheWorstOfItsObjects() {
        check("Deployment/web Healthy; Job/a Suspended", gives: "Suspended Job/a")
        check("Deployment/web Progressing: 1 of 3; Job/a Degraded: no", gives: "Degraded Job/a: no")
        check("Deployment/web Unknown: odd; Job/a Degraded", gives: "Unknown Deployment/web: odd")
        check("ConfigMap/a none; Deployment/web Healthy", gives: "Healthy")
        check("", gives: "Healthy")
    }

    @Test func allCausesOfTheWorstAreNamedUpToThree() {
        check(
            "Job/d Degraded; Job/b Degraded: two; Job/a Progressing; Job/c Degraded; Job/e Degraded",
            gives: "Degraded Job/b: two; Job/c; Job/d; and 1 more")
    }

    @Test func aMissingObjectDoesNotMakeItWorseButAllMissingDo() {
        check("Deployment/web missing; Job/a Healthy", gives: "Healthy")
        check("Deployment/web missing; ConfigMap/a none", gives: "Healthy")
        check("Deployment/web missing; Job/a missing", gives: "Missing")
    }

    @Test func aChildApplicationCountsOnlyWhenItsHealthIsKnown() {
        check("Application/a Unknown; Job/a Healthy", gives: "Healthy")
        check("Application/a Missing; Job/a Healthy", gives: "Healthy")
        check("Application/a Degraded; Job/a Healthy", gives: "Degraded Application/a")
    }

    @Test func anObjectMayAskNotToBeCounted() {
        var live: Node = [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": ["phase": "Lost"],
            "metadata": ["name": "a", "annotations": [:]],
        ]
        let key = ObjectKey(
            group: "", kind: "PersistentVolumeClaim", namespace: "shop", name: "a")
        #expect(applicationHealth(of: [ApplicationPart(key: key, live: live)]).status == .degraded)
        live["metadata"]?["annotations"]?["argocd.argoproj.io/ignore-healthcheck"] = "true"
        #expect(applicationHealth(of: [ApplicationPart(key: key, live: live)]).status == .healthy)
        #expect(applicationHealth(of: [ApplicationPart(key: key, live: nil)]).status == .missing)
    }

    /// Parts are `Kind/name status: message`, with `none` for a kind without health.
    private func check(
        _ parts: String, gives expected: String,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let parts = parts.split(separator: ";").map { text in
            let words = text.split(separator: " ", maxSplits: 2)
            let names = words[0].split(separator: "/").map(String.init)
            let key = ObjectKey(
                group: names[0] == "Application" ? "argoproj.io" : "", kind: names[0],
                namespace: "shop", name: names[1])
            let word = words[1].split(separator: ":")[0]
            let message = words.count > 2 ? String(words[2]) : ""
            let health = HealthStatus(rawValue: String(word)).map {
                HealthAssessment(status: $0, message: message)
            }
            return ApplicationPart(key: key, isLive: word != "missing", health: health)
        }
        let health = applicationHealth(of: parts)
        let text = health.status.rawValue + (health.message.isEmpty ? "" : " " + health.message)
        #expect(text == expected, sourceLocation: sourceLocation)
    }
}
