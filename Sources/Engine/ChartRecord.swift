internal import ChartCrypto
internal import Digests
internal import EventLog
internal import Model
internal import Rendering
internal import Synchronization

/// What a rendering of a chart asked, and what it was told.
final class ChartRecord: Sendable {
    private let answers = Mutex<[ChartQuestion: String]>([:])
    private let failures = Mutex<[ChartVaultError]>([])

    private let bodies = Mutex<[ChartQuestion: Blob]>([:])
    private let issued = Mutex<Set<String>>([])

    func note(issued certificate: String) {
        let text = certificate.split { $0 == "\n" }.joined(separator: "\n")
        issued.withLock { _ = $0.insert(text) }
    }

    /// Whether a text holds a certificate that the chart made.
    func holdsIssued(_ text: String) -> Bool {
        issued.withLock { $0.contains { text.contains($0) } }
    }

    /// Why keys could not be kept or read for a reason that may pass; the rendering then says nothing.
    var passingFailure: ChartVaultError? { failures.withLock(\.first) }

    func noting(failuresOf keeper: ChartKeeper) -> ChartKeeper {
        ChartKeeper { site, label, make in
            do {
                return try keeper.recall(site, label, make)
            } catch let failure as ChartVaultError where failure.mayPass {
                self.failures.withLock { $0.append(failure) }
                throw failure
            }
        }
    }

    var reads: ChartReads {
        ChartReads { question, answer in
            self.answers.withLock { answers in
                if answers[question] == nil { answers[question] = answer() }
            }
        }
    }

    /// Whether a cluster with other capabilities would have told the same.
    func isAnswered(alike capabilities: ChartCapabilities) -> Bool {
        let served = Set(capabilities.apiVersions)
        return sorted.allSatisfy { question, answer in
            switch question {
            case .chart, .file, .files, .time, .zone, .lookup: true
            case .serves(let version): answer == "\(served.contains(version))"
            case .kubeVersion("text"): answer == capabilities.normalizedVersion
            case .kubeVersion("Version"): answer == capabilities.kubeVersion
            case .kubeVersion("Major"): answer == capabilities.major
            case .kubeVersion("Minor"): answer == capabilities.minor
            case .variable("KUBE_VERSION"): answer == capabilities.normalizedVersion
            case .variable(let name): name != "KUBE_API_VERSIONS"
            // Whether they still hold is known only after rendering.
            case .kubeVersion, .constraint, .apiVersions: false
            }
        }
    }

    var asksTime: Bool { answers.withLock { $0[.time] != nil } }

    private var sorted: [(question: ChartQuestion, answer: String)] {
        answers.withLock { $0.map { ($0.key, $0.value) } }.sorted { $0.0.text < $1.0.text }
    }

    /// Of all questions and answers.
    var digest: Digest {
        var builder = DigestBuilder()
        for (question, answer) in sorted {
            builder.update(field: question.text)
            builder.update(field: answer)
            builder.update(field: bodies.withLock { $0[question]?.digest.description ?? "" })
        }
        return builder.finish()
    }

    /// What the cluster and the machine were asked, for the record.
    ///
    /// Words that are no zone's name are left out: they may be anything that a template took for one.
    var asked: [ManifestsRendered.Answer] {
        sorted.filter { question, answer in
            if case .zone = question { return answer != ChartZones.unknown }
            return question.isOfSurroundings
        }.map { question, answer in
            ManifestsRendered.Answer {
                $0.answer = answer
                $0.body = bodies.withLock { $0[question]?.digest }
                $0.question = question.text
            }
        }
    }

    /// What lookups found, for the record.
    var found: [Blob] { bodies.withLock { Array($0.values) } }

    var looksUp: Bool {
        answers.withLock { answers in
            answers.keys.contains { if case .lookup = $0 { true } else { false } }
        }
    }

    /// Answers templates from what the cluster said; `nil` is a cluster that is not to be asked.
    func lookup(in cluster: ClusterLookups?) -> ChartLookup {
        ChartLookup { query in
            let question = ChartQuestion.lookup(query)
            let answer = cluster?.find(query)
            let body = answer?.recorded.map { Blob($0) }
            if let body { self.bodies.withLock { $0[question] = body } }
            self.reads.note(question) {
                cluster == nil ? "not asked" : body == nil ? "nothing" : "found"
            }
            return answer?.object ?? Mapping()
        }
    }
}
