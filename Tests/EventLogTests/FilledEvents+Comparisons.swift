import EventLog
import Model

let sourceRevision = SourceRevision {
    $0.chart = "nginx"
    $0.commit = "1111111111111111111111111111111111111111"
    $0.digest = digest[4]
    $0.path = "charts/shop"
    $0.ref = "values"
    $0.repository = "platform"
    $0.targetRevision = "^15.0.0"
    $0.version = "15.2.0"
}

let filledComparisons: [Event] = [
    .manifestsRendered(
        ManifestsRendered {
            $0.asked = [
                ManifestsRendered.Answer {
                    $0.answer = "found"
                    $0.body = digest[4]
                    $0.question = "lookup v1 Secret shop/web"
                }
            ]
            $0.certificates = [
                ManifestsRendered.Certificate {
                    $0.endsAt = time
                    $0.field = "data.tls.crt"
                    $0.isGenerated = true
                    $0.key = service
                }
            ]
            $0.chart = "shop 1.2.0"
            $0.deletionHooks = [
                ManifestsRendered.Object {
                    $0.digest = digest[5]
                    $0.file = "charts/shop/templates/tidy.yaml"
                    $0.key = service
                    $0.line = 7
                }
            ]
            $0.inputs = digest[2]
            $0.now = time
            $0.objects = [
                ManifestsRendered.Object {
                    $0.digest = digest[3]
                    $0.file = "overlays/production/api-gateway.yaml"
                    $0.key = deployment
                    $0.line = 1
                }
            ]
            $0.program = "helm v4.3.1"
            $0.renderer = "helm"
            $0.rendererVersion = 1
            $0.replaced = [
                ReplacedArchive {
                    $0.chart = "nginx"
                    $0.from = digest[6]
                    $0.repository = "charts"
                    $0.to = digest[7]
                    $0.version = "15.2.0"
                }
            ]
            $0.sources = [sourceRevision]
            $0.warnings = ["two files declare Service/api-gateway"]
        }),
    .renderFailed(RenderFailed { $0.problems = ["base/web.yaml:7:3: a key occurs twice"] }),
    .comparisonChanged(
        ComparisonChanged {
            $0.objects = [
                ComparisonChanged.Object {
                    $0.key = deployment
                    $0.verdict = .modified
                },
                ComparisonChanged.Object {
                    $0.key = service
                    $0.verdict = .missing
                },
            ]
            $0.reason = "the cluster has not answered yet"
            $0.status = .outOfSync
        }),
    .driftDetected(
        DriftDetected {
            $0.fields = [
                DriftDetected.Field {
                    $0.desired = "3"
                    $0.live = "1"
                    $0.manager = "kubectl-edit"
                    $0.managerTime = "2026-11-02T10:02:11Z"
                    $0.path = "spec.replicas"
                }
            ]
            $0.verdict = .modified
        }),
    .driftResolved(
        DriftResolved {
            $0.detectedAt = 120
            $0.how = .byHand
        }),
    .objectObserved(
        ObjectObserved {
            $0.change = .appeared
            $0.digest = digest[4]
            $0.manager = "kubectl-edit"
            $0.resourceVersion = "4711"
            $0.uid = "6b1d2f0e-0000-4000-8000-000000000001"
        }),
    .observationsSuppressed(
        ObservationsSuppressed {
            $0.count = 17
            $0.first = digest[5]
            $0.last = digest[6]
        }),
    .ownershipMoved(
        OwnershipMoved {
            $0.from = [
                OwnershipMoved.Part {
                    $0.manager = "kubectl-client-side-apply"
                    $0.paths = ["spec.replicas", "spec.template"]
                }
            ]
        }),
    .healthChanged(
        HealthChanged {
            $0.from = .healthy
            $0.message = "readiness 0/3"
            $0.to = .degraded
        }),
]
