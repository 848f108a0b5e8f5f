import Model

enum PodColumns {
    static let pod: [TableColumn] = [
        .name,
        TableColumn("Ready") { object, _ in
            let statuses = object["status"]?["containerStatuses"]?.arrayValue ?? []
            let ready = statuses.count { $0["ready"]?.boolValue == true }
            return .string("\(ready)/\(object["spec"]?["containers"]?.arrayValue?.count ?? 0)")
        },
        TableColumn("Status") { object, _ in .string(status(object)) },
        TableColumn("Restarts") { object, _ in
            let statuses = object["status"]?["containerStatuses"]?.arrayValue ?? []
            return .string(
                String(statuses.reduce(0) { $0 + ($1["restartCount"]?.intValue ?? 0) }))
        },
        .age,
        TableColumn("IP", wide: true) { object, _ in object["status"]?["podIP"] ?? "<none>" },
        TableColumn("Node", wide: true) { object, _ in object["spec"]?["nodeName"] ?? "<none>" },
        TableColumn("Nominated Node", wide: true) { object, _ in
            object["status"]?["nominatedNodeName"] ?? "<none>"
        },
        TableColumn("Readiness Gates", wide: true) { _, _ in "<none>" },
    ]

    /// The reason of a waiting or ended container says more than the phase.
    static func status(_ pod: Node) -> String {
        if pod["metadata"]?["deletionTimestamp"] != nil { return "Terminating" }
        var text =
            pod["status"]?["reason"]?.stringValue ?? pod["status"]?["phase"]?.stringValue ?? ""
        for container in pod["status"]?["containerStatuses"]?.arrayValue ?? [] {
            let state = container["state"]
            if let reason = state?["waiting"]?["reason"]?.stringValue { text = reason }
            if let reason = state?["terminated"]?["reason"]?.stringValue { text = reason }
        }
        return text
    }
}
