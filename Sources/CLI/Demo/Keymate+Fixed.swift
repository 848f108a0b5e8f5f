extension Keymate {
    /// The custom resource's definition.
    static let realmDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: realms.keymate.example
          annotations:
            argocd.argoproj.io/sync-wave: "-1"
        spec:
          group: keymate.example
          scope: Namespaced
          names:
            kind: Realm
            listKind: RealmList
            plural: realms
            singular: realm
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      properties:
                        displayName:
                          type: string
                        sessionMinutes:
                          type: integer

        """

    static let credentials = """
        apiVersion: v1
        kind: Secret
        metadata:
          name: keymate-credentials
          annotations:
            argocd.argoproj.io/sync-wave: "0"
        type: Opaque
        stringData:
          database-password: \(secrets[0])
          session-key: \(secrets[1])

        """

    static let postgres = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: postgres
          annotations:
            argocd.argoproj.io/sync-wave: "1"
        spec:
          serviceName: postgres
          replicas: 1
          selector:
            matchLabels:
              app: postgres
          template:
            metadata:
              labels:
                app: postgres
            spec:
              containers:
                - name: postgres
                  image: postgres:16.4
                  ports:
                    - containerPort: 5432
                  env:
                    - name: POSTGRES_PASSWORD
                      valueFrom:
                        secretKeyRef:
                          name: keymate-credentials
                          key: database-password
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: postgres
          annotations:
            argocd.argoproj.io/sync-wave: "1"
        spec:
          clusterIP: None
          selector:
            app: postgres
          ports:
            - name: sql
              port: 5432
              targetPort: 5432

        """
}
