/// The files of the demo: Keymate, an identity platform, in three environments.
///
/// Every environment has a folder of its own with its own values, and one Argo CD Application that
/// deploys it in waves.
struct Keymate {
    static let environments = ["dev", "staging", "production"]
    static let namespace = "keymate"
    /// Values that must never be seen outside the clusters; the demo looks for them in everything it wrote.
    static let secrets = ["demo-Zq7-database-password", "demo-k2V-session-signing-key"]

    /// The values in which the environments differ.
    struct Values {
        var replicas: Int
        var logLevel: String
        var engineVersion = "1.8.1"
        var hasLegacyProxy = true
    }

    var values: [String: Values] = [
        "dev": Values(replicas: 1, logLevel: "debug"),
        "staging": Values(replicas: 2, logLevel: "info"),
        "production": Values(replicas: 3, logLevel: "info"),
    ]

    static func application(_ environment: String) -> String { "keymate-\(environment)" }

    /// Path to content, of the whole repository.
    func files(repositoryURL: String) -> [String: String] {
        var files = ["README.md": "# Keymate\n\nThe identity platform, as it is deployed.\n"]
        for environment in Self.environments {
            files["applications/\(environment).yaml"] = application(environment, repositoryURL)
            for (name, content) in manifests(environment) {
                files["environments/\(environment)/\(name).yaml"] = content
            }
        }
        return files
    }

    private func application(_ environment: String, _ url: String) -> String {
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          name: \(Self.application(environment))
          namespace: argocd
        spec:
          project: default
          source:
            repoURL: \(url)
            targetRevision: main
            path: environments/\(environment)
          destination:
            name: \(environment)
            namespace: \(Self.namespace)
          syncPolicy:
            automated:
              prune: true
              selfHeal: true
            retry:
              limit: 2
              backoff:
                duration: 1s
                factor: 2
                maxDuration: 10s

        """
    }

    /// File name to content, of one environment.
    func manifests(_ environment: String) -> [String: String] {
        let values = values[environment] ?? Values(replicas: 1, logLevel: "info")
        var manifests = [
            "00-namespace": namespaceManifest(environment),
            "01-realm-definition": Self.realmDefinition,
            "02-credentials": Self.credentials,
            "03-settings": settings(environment, values),
            "10-postgres": Self.postgres,
            "11-broker": workload("broker", image: "keymate/broker:3.2.0", port: 4222, wave: 1),
            "20-migrate": job("migrate-schema", image: "keymate/migrate:1.8.1", hook: "PreSync"),
            "30-authz-engine": workload(
                "authz-engine", image: "keymate/authz-engine:\(values.engineVersion)", port: 8443,
                wave: 2, replicas: values.replicas),
            "31-token-service": workload(
                "token-service", image: "keymate/token-service:2.4.0", port: 8080, wave: 2),
            "40-api-gateway": workload(
                "api-gateway", image: "keymate/api-gateway:5.0.1", port: 443, wave: 3,
                replicas: values.replicas),
            "41-web-console": workload(
                "web-console", image: "keymate/web-console:2.11.0", port: 80, wave: 3),
            "42-audit-sink": workload(
                "audit-sink", image: "keymate/audit-sink:1.0.4", port: 9000, wave: 3),
            "50-realm": realm(environment),
            "60-smoke-test": job("smoke-test", image: "keymate/smoke:1.0.0", hook: "PostSync"),
        ]
        if values.hasLegacyProxy {
            manifests["43-legacy-proxy"] = workload(
                "legacy-proxy", image: "keymate/legacy-proxy:0.9.7", port: 8081, wave: 3)
        }
        return manifests
    }

    private func namespaceManifest(_ environment: String) -> String {
        """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: \(Self.namespace)
          labels:
            keymate.example/environment: \(environment)
          annotations:
            argocd.argoproj.io/sync-wave: "-1"

        """
    }

    private func settings(_ environment: String, _ values: Values) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: keymate
          annotations:
            argocd.argoproj.io/sync-wave: "0"
        data:
          ENVIRONMENT: \(environment)
          LOG_LEVEL: \(values.logLevel)
          ENGINE_VERSION: "\(values.engineVersion)"

        """
    }

    private func workload(
        _ name: String, image: String, port: Int, wave: Int, replicas: Int = 1
    ) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: \(name)
          annotations:
            argocd.argoproj.io/sync-wave: "\(wave)"
        spec:
          replicas: \(replicas)
          progressDeadlineSeconds: 900
          selector:
            matchLabels:
              app: \(name)
          template:
            metadata:
              labels:
                app: \(name)
            spec:
              containers:
                - name: \(name)
                  image: \(image)
                  ports:
                    - containerPort: \(port)
                  envFrom:
                    - configMapRef:
                        name: keymate
                  resources:
                    requests:
                      cpu: 100m
                      memory: 128Mi
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: \(name)
          annotations:
            argocd.argoproj.io/sync-wave: "\(wave)"
        spec:
          selector:
            app: \(name)
          ports:
            - name: main
              port: \(port)
              targetPort: \(port)

        """
    }

    private func job(_ name: String, image: String, hook: String) -> String {
        """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: \(name)
          annotations:
            argocd.argoproj.io/hook: \(hook)
            argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
        spec:
          backoffLimit: 1
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: \(name)
                  image: \(image)

        """
    }

    private func realm(_ environment: String) -> String {
        """
        apiVersion: keymate.example/v1
        kind: Realm
        metadata:
          name: main
          annotations:
            argocd.argoproj.io/sync-wave: "4"
        spec:
          displayName: Keymate \(environment)
          sessionMinutes: 30

        """
    }
}
