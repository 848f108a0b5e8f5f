internal import Model
internal import YAML

extension HelmSource {
    /// Reads `source.helm`; `nil` when there is none.
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil,
            reading.hasObject(
                path,
                known: [
                    "valueFiles", "ignoreMissingValueFiles", "values", "valuesObject", "parameters",
                    "fileParameters", "releaseName", "namespace", "kubeVersion", "apiVersions",
                    "skipCrds", "skipTests", "skipSchemaValidation", "version", "passCredentials",
                ])
        else { return nil }
        self.init()
        valueFiles = reading.strings(path.appending("valueFiles"))
        ignoresMissingValueFiles = reading.bool(path.appending("ignoreMissingValueFiles")) ?? false
        values = reading.string(path.appending("values")) ?? ""
        readValuesObject(&reading, path.appending("valuesObject"))
        readParameters(&reading, path)
        releaseName = reading.filled(path.appending("releaseName"))
        namespace = reading.filled(path.appending("namespace"))
        kubeVersion = reading.filled(path.appending("kubeVersion"))
        apiVersions = reading.strings(path.appending("apiVersions"))
        skipsCRDs = reading.bool(path.appending("skipCrds")) ?? false
        skipsTests = reading.bool(path.appending("skipTests")) ?? false
        skipsSchemaValidation = reading.bool(path.appending("skipSchemaValidation")) ?? false
        readVersion(&reading, path.appending("version"))
        if reading.bool(path.appending("passCredentials")) == true {
            reading.refuse(
                path.appending("passCredentials"),
                "credentials are sent to the repository's own host alone")
        }
    }

    private mutating func readValuesObject(_ reading: inout StrictReading, _ path: FieldPath) {
        guard let node = reading.node(path) else { return }
        guard case .object(let fields) = node else {
            reading.refuse(path, "must be an object, not a \(node.kindName)")
            return
        }
        valuesObject = fields
        if !values.isEmpty {
            reading.warn(path, "counts in place of values, which are left out")
        }
    }

    private mutating func readParameters(_ reading: inout StrictReading, _ path: FieldPath) {
        parameters = reading.elements(path.appending("parameters")).compactMap { element in
            guard reading.hasObject(element, known: ["name", "value", "forceString"]),
                let name = reading.requiredString(element.appending("name"))
            else { return nil }
            return Parameter(
                name: name, value: reading.string(element.appending("value")) ?? "",
                isText: reading.bool(element.appending("forceString")) ?? false)
        }
        fileParameters = reading.elements(path.appending("fileParameters")).compactMap { element in
            guard reading.hasObject(element, known: ["name", "path"]),
                let name = reading.requiredString(element.appending("name")),
                let file = reading.requiredString(element.appending("path"))
            else { return nil }
            return FileParameter(name: name, path: file)
        }
    }

    /// Argo CD knows `v3` alone, which means a chart that Helm 3 and later can read.
    private func readVersion(_ reading: inout StrictReading, _ path: FieldPath) {
        guard let version = reading.filled(path), version != "v3" else { return }
        reading.refuse(path, "\"\(version)\" is no version of Helm that is supported", hint: "v3")
    }
}
