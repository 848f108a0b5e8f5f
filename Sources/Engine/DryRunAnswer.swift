internal import Model

/// A dry run's answer without what the server makes up anew each time it is asked about an object that is not
/// there yet: its uid, wherever it appears, its time of creation, and the addresses and ports of a Service.
///
/// Otherwise no plan that creates something could be found unmoved later.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
func withoutGeneratedValues(_ answer: Node) -> Node {
    var answer = answer
    if let uid = answer["metadata"]?["uid"]?.stringValue, !uid.isEmpty {
        answer = answer.replacing(uid)
    }
    for field in ["uid", "creationTimestamp"] { answer["metadata"]?[field] = nil }
    guard answer["kind"] == "Service", answer["spec"]?.objectValue != nil else { return answer }
    for field in ["clusterIP", "clusterIPs", "healthCheckNodePort"] { answer["spec"]?[field] = nil }
    if let ports = answer["spec"]?["ports"]?.arrayValue {
        let kept = ports.map { port in
            var port = port
            port["nodePort"] = nil
            return port
        }
        answer["spec"]?["ports"] = .array(kept)
    }
    return answer
}

extension Node {
    /// Every text that is `uid` becomes empty: a Job's selector and labels have it, too.
    fileprivate func replacing(_ uid: String) -> Node {
        switch self {
        case .string(uid): .string("")
        case .array(let elements): .array(elements.map { $0.replacing(uid) })
        case .object(let fields):
            .object(Mapping(uniqueKeys: fields.map { ($0.key, $0.value.replacing(uid)) }))
        default: self
        }
    }
}
