import Model

/// Columns of the kinds that run containers, in the order of kubectl.
///
/// Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/printers/internalversion/printers.go
enum WorkloadColumns {
    static let deployment: [TableColumn] =
        [
            .name,
            TableColumn("Ready") { object, _ in
                ratio(object["status"]?["readyReplicas"], object["spec"]?["replicas"])
            },
            TableColumn("Up-to-date") { object, _ in count(object["status"]?["updatedReplicas"]) },
            TableColumn("Available") { object, _ in
                count(object["status"]?["availableReplicas"])
            },
            .age,
        ] + containers(at: "template", selector: true)

    static let replicaSet: [TableColumn] =
        [
            .name,
            TableColumn("Desired", type: "integer") { object, _ in
                count(object["spec"]?["replicas"])
            },
            TableColumn("Current", type: "integer") { object, _ in
                count(object["status"]?["replicas"])
            },
            TableColumn("Ready", type: "integer") { object, _ in
                count(object["status"]?["readyReplicas"])
            },
            .age,
        ] + containers(at: "template", selector: true)

    static let statefulSet: [TableColumn] =
        [
            .name,
            TableColumn("Ready") { object, _ in
                ratio(object["status"]?["readyReplicas"], object["spec"]?["replicas"])
            },
            .age,
        ] + containers(at: "template", selector: false)

    static let daemonSet: [TableColumn] =
        [.name]
        + [
            ("Desired", "desiredNumberScheduled"), ("Current", "currentNumberScheduled"),
            ("Ready", "numberReady"), ("Up-to-date", "updatedNumberScheduled"),
            ("Available", "numberAvailable"),
        ].map { title, field in
            TableColumn(title, type: "integer") { object, _ in count(object["status"]?[field]) }
        }
        + [
            TableColumn("Node Selector") { object, _ in
                labelsText(object["spec"]?["template"]?["spec"]?["nodeSelector"])
            },
            .age,
        ] + containers(at: "template", selector: true)

    static let job: [TableColumn] =
        [
            .name,
            TableColumn("Status") { object, _ in .string(jobStatus(object)) },
            TableColumn("Completions") { object, _ in
                let done = object["status"]?["succeeded"]?.intValue ?? 0
                if let wanted = object["spec"]?["completions"]?.intValue {
                    return .string("\(done)/\(wanted)")
                }
                let parallelism = object["spec"]?["parallelism"]?.intValue ?? 0
                return .string(parallelism > 1 ? "\(done)/1 of \(parallelism)" : "\(done)/1")
            },
            TableColumn("Duration") { object, now in
                guard
                    let start = (object["status"]?["startTime"]?.stringValue).flatMap({
                        Timestamp($0)
                    })
                else { return "" }
                let end = (object["status"]?["completionTime"]?.stringValue).flatMap {
                    Timestamp($0)
                }
                return .string(durationText((end ?? now).seconds - start.seconds))
            },
            .age,
        ] + containers(at: "template", selector: true)

    static let cronJob: [TableColumn] =
        [
            .name,
            TableColumn("Schedule") { object, _ in object["spec"]?["schedule"] ?? "" },
            TableColumn("Timezone") { object, _ in object["spec"]?["timeZone"] ?? "<none>" },
            TableColumn("Suspend", type: "boolean") { object, _ in
                .string(String(object["spec"]?["suspend"]?.boolValue ?? false).capitalized)
            },
            TableColumn("Active", type: "integer") { object, _ in
                .int(Int64(object["status"]?["active"]?.arrayValue?.count ?? 0))
            },
            TableColumn("Last Schedule") { object, now in
                guard let last = object["status"]?["lastScheduleTime"] else { return "<none>" }
                return .string(ageText(last, now))
            },
            .age,
        ] + containers(at: "jobTemplate", selector: false)
        + [
            TableColumn("Selector", wide: true) { object, _ in
                selectorText(object["spec"]?["jobTemplate"]?["spec"]?["selector"])
            }
        ]

    private static func jobStatus(_ job: Node) -> String {
        func isTrue(_ type: String) -> Bool {
            job["status"]?["conditions"]?.arrayValue?.contains {
                $0["type"]?.stringValue == type && $0["status"]?.stringValue == "True"
            } ?? false
        }
        if isTrue("Complete") { return "Complete" }
        if isTrue("Failed") { return "Failed" }
        if job["metadata"]?["deletionTimestamp"] != nil { return "Terminating" }
        if isTrue("Suspended") { return "Suspended" }
        if isTrue("FailureTarget") { return "FailureTarget" }
        if isTrue("SuccessCriteriaMet") { return "SuccessCriteriaMet" }
        return "Running"
    }

    /// The wide columns about the pod template.
    private static func containers(at template: String, selector: Bool) -> [TableColumn] {
        @Sendable func list(_ object: Node, _ field: String) -> Node {
            let spec =
                template == "template"
                ? object["spec"]?["template"]
                : object["spec"]?[template]?["spec"]?["template"]
            let all = spec?["spec"]?["containers"]?.arrayValue ?? []
            return .string(all.compactMap { $0[field]?.stringValue }.joined(separator: ","))
        }
        var columns = [
            TableColumn("Containers", wide: true) { object, _ in list(object, "name") },
            TableColumn("Images", wide: true) { object, _ in list(object, "image") },
        ]
        if selector {
            columns.append(
                TableColumn("Selector", wide: true) { object, _ in
                    selectorText(object["spec"]?["selector"])
                })
        }
        return columns
    }
}

func count(_ node: Node?) -> Node { .int(node?.intValue ?? 0) }

func ratio(_ ready: Node?, _ wanted: Node?) -> Node {
    .string("\(ready?.intValue ?? 0)/\(wanted?.intValue ?? 0)")
}

func selectorText(_ selector: Node?) -> Node {
    let text = LabelSelector(workload: selector).text
    return .string(text.isEmpty ? "<none>" : text)
}

/// `a=b,c=d`, or `<none>`.
func labelsText(_ labels: Node?) -> Node {
    let entries = labels?.objectValue?.sortedByKey ?? []
    if entries.isEmpty { return "<none>" }
    return .string(
        entries.map { "\($0.key)=\($0.value.stringValue ?? "")" }.joined(separator: ","))
}

extension String {
    /// With the first letter in upper case.
    var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
