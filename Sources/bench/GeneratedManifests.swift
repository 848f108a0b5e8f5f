internal import Model
internal import YAML

/// Documents as people write them, with comments, until there are `size` bytes.
func generatedYAML(size: Int) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(size + 4_000)
    var number = 0
    while text.count < size {
        text.append(contentsOf: writtenApplication(number).utf8)
        number += 1
    }
    return text
}

private func writtenApplication(_ number: Int) -> String {
    """
    ---
    # Application \(number) of the generated file.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: service-\(number)
      namespace: keymate-\(number % 7)
      labels:
        app.kubernetes.io/name: service-\(number)
        app.kubernetes.io/version: "1.\(number % 20).\(number % 5)"
      annotations:
        argocd.argoproj.io/sync-wave: "\(number % 4)"
    spec:
      replicas: \(number % 5 + 1)
      selector:
        matchLabels: {app: service-\(number)}
      template:
        metadata:
          labels:
            app: service-\(number)
        spec:
          serviceAccountName: service-\(number)
          containers:
          - name: main
            image: registry.example.com/keymate/service-\(number):1.\(number % 20).\(number % 5)
            args: ["--listen", ":8080", '--log-level=info']
            env:
            - name: DATABASE_URL
              value: postgres://postgres.keymate-\(number % 7).svc:5432/service
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            ports:
            - containerPort: 8080
              name: http
            resources:
              requests: {cpu: 100m, memory: 128Mi}
              limits:
                memory: 256Mi
            readinessProbe:
              httpGet: {path: /healthz, port: http}
              periodSeconds: 5
            securityContext:
              readOnlyRootFilesystem: true
              runAsNonRoot: true
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: service-\(number)
      namespace: keymate-\(number % 7)
    spec:
      selector:
        app: service-\(number)
      ports:
      - port: 80
        targetPort: http
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: service-\(number)
      namespace: keymate-\(number % 7)
    data:
      application.properties: |
        server.port=8080
        server.shutdown=graceful
        authorization.cache.seconds=\(number)
        authorization.audience=https://keymate-\(number % 7).example.com
      LOG_LEVEL: info

    """
}

/// A list as the API server answers it, one line, of at least `size` bytes.
func generatedJSON(size: Int) -> [UInt8] {
    var items: [Node] = []
    let itemSize = printJSON(observedDeployment(0)).count
    for number in 0...(size / itemSize) { items.append(observedDeployment(number)) }
    return printJSON([
        "kind": "DeploymentList", "apiVersion": "apps/v1",
        "metadata": ["resourceVersion": "123456"], "items": .array(items),
    ])
}

private func observedDeployment(_ number: Int) -> Node {
    let name = "service-\(number)"
    return [
        "metadata": [
            "name": .string(name),
            "namespace": .string("keymate-\(number % 7)"),
            "uid": .string("0b1c2d3e-4f50-4a6b-8c7d-\(100_000_000_000 + number)"),
            "resourceVersion": .string("\(100_000 + number)"),
            "generation": .int(Int64(number % 9 + 1)),
            "creationTimestamp": "2026-11-02T10:02:11Z",
            "labels": ["app.kubernetes.io/name": .string(name), "app": .string(name)],
            "annotations": [
                "deployment.kubernetes.io/revision": "3",
                "argocd.argoproj.io/tracking-id": .string("shop:apps/Deployment:keymate/\(name)"),
            ],
            "managedFields": [
                managedFields("tidemark", "Apply"), managedFields("kubelet", "Update"),
            ],
        ],
        "spec": [
            "replicas": .int(Int64(number % 5 + 1)),
            "selector": ["matchLabels": ["app": .string(name)]],
            "template": ["metadata": ["labels": ["app": .string(name)]], "spec": podSpec(name)],
            "strategy": [
                "type": "RollingUpdate",
                "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
            ],
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        ],
        "status": [
            "observedGeneration": .int(Int64(number % 9 + 1)),
            "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
            "conditions": [
                condition("Available", "Deployment has minimum availability."),
                condition("Progressing", "ReplicaSet \"\(name)\" has successfully progressed."),
            ],
        ],
    ]
}

private func podSpec(_ name: String) -> Node {
    [
        "containers": [
            [
                "name": "main",
                "image": .string("registry.example.com/keymate/\(name):1.8.2"),
                "args": ["--listen", ":8080", "--log-level=info"],
                "ports": [["name": "http", "containerPort": 8080, "protocol": "TCP"]],
                "env": [["name": "LOG_LEVEL", "value": "info"]],
                "resources": [
                    "limits": ["memory": "256Mi"],
                    "requests": ["cpu": "100m", "memory": "128Mi"],
                ],
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent",
                "securityContext": ["runAsNonRoot": true, "readOnlyRootFilesystem": true],
            ]
        ],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": .string(name),
        "securityContext": [:],
        "schedulerName": "default-scheduler",
    ]
}

private func managedFields(_ manager: String, _ operation: String) -> Node {
    [
        "manager": .string(manager), "operation": .string(operation), "apiVersion": "apps/v1",
        "time": "2026-11-02T10:02:11Z", "fieldsType": "FieldsV1",
        "fieldsV1": [
            "f:metadata": ["f:labels": ["f:app.kubernetes.io/name": [:], "f:app": [:]]],
            "f:spec": [
                "f:replicas": [:],
                "f:selector": [:],
                "f:template": [
                    "f:spec": [
                        "f:containers": [
                            "k:{\"name\":\"main\"}": [
                                ".": [:], "f:name": [:], "f:image": [:], "f:args": [:],
                                "f:ports": ["k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": [:]],
                            ]
                        ],
                        "f:serviceAccountName": [:],
                    ]
                ],
            ],
        ],
    ]
}

private func condition(_ type: String, _ message: String) -> Node {
    [
        "type": .string(type), "status": "True", "lastUpdateTime": "2026-11-02T10:02:11Z",
        "lastTransitionTime": "2026-11-02T10:02:11Z", "reason": .string("New\(type)"),
        "message": .string(message),
    ]
}
