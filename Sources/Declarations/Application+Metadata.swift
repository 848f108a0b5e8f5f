internal import Model

extension Application {
    /// The part of a manifest's `metadata` that counts.
    struct Metadata {
        var name: String
        var namespace: String
        var labels: [String: String]
        var annotations: [String: String]
        var removal: Removal

        init?(_ reading: inout StrictReading) {
            let path = FieldPath("metadata")
            guard reading.node(path) != nil else {
                reading.refuse(path, "is required")
                return nil
            }
            let isObject = reading.hasObject(
                path, known: ["name", "namespace", "labels", "annotations", "finalizers"],
                unsupported: Self.writtenByClusters)
            guard isObject else { return nil }
            let name = reading.requiredString(path.appending("name"))
            if let name, !isSubdomainName(name) {
                reading.refuse(
                    path.appending("name"), "\"\(name)\" is no name of an object",
                    hint: "use lower-case letters, digits, - and .")
            }
            namespace = reading.string(path.appending("namespace")) ?? ""
            labels = reading.texts(path.appending("labels"))
            annotations = reading.texts(path.appending("annotations"))
            Self.checkAnnotations(annotations, &reading)
            removal = Self.removal(&reading, path.appending("finalizers"))
            guard let name else { return nil }
            self.name = name
        }

        private static var writtenByClusters: KeyValuePairs<String, String> {
            [
                "generateName": "an application needs a name of its own",
                "creationTimestamp": "is written by the cluster, not into Git",
                "deletionTimestamp": "is written by the cluster, not into Git",
                "deletionGracePeriodSeconds": "is written by the cluster, not into Git",
                "generation": "is written by the cluster, not into Git",
                "managedFields": "is written by the cluster, not into Git",
                "ownerReferences": "owners of applications are not supported",
                "resourceVersion": "is written by the cluster, not into Git",
                "selfLink": "is written by the cluster, not into Git",
                "uid": "is written by the cluster, not into Git",
            ]
        }

        /// Annotations of Argo CD and its companions steer them, so one without effect here is a mistake.
        private static func checkAnnotations(
            _ annotations: [String: String], _ reading: inout StrictReading
        ) {
            let path = FieldPath("metadata", "annotations")
            for key in annotations.keys.sorted() {
                let domain = key.prefix { $0 != "/" }
                guard domain == "argoproj.io" || domain.hasSuffix(".argoproj.io") else { continue }
                if key == "argocd.argoproj.io/manifest-generate-paths" {
                    reading.warn(
                        path.appending(key),
                        "has no effect: what did not change is never rendered again")
                } else {
                    reading.refuseField(
                        path.appending(key), "this annotation is not supported by this release")
                }
            }
        }

        /// What the finalizers say about the objects.
        ///
        /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
        private static func removal(_ reading: inout StrictReading, _ path: FieldPath) -> Removal {
            var removal = Removal.keepsObjects
            for element in reading.elements(path) {
                switch reading.requiredString(element) {
                case "resources-finalizer.argocd.argoproj.io",
                    "resources-finalizer.argocd.argoproj.io/foreground":
                    removal = .deletesObjects(.foreground)
                case "resources-finalizer.argocd.argoproj.io/background":
                    removal = .deletesObjects(.background)
                case let other?:
                    reading.refuse(element, "finalizer \(other) is not supported by this release")
                case nil: break
                }
            }
            return removal
        }
    }
}

extension StrictReading {
    /// An object whose values are all strings, such as labels.
    mutating func texts(_ path: FieldPath) -> [String: String] {
        var texts: [String: String] = [:]
        for key in mapping(path)?.keys ?? [] {
            if let text = string(path.appending(key)) { texts[key] = text }
        }
        return texts
    }
}

/// Whether `text` may name an object: an RFC 1123 subdomain.
///
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
func isSubdomainName(_ text: String) -> Bool {
    text.utf8.count <= 253
        && text.split(separator: ".", omittingEmptySubsequences: false)
            .allSatisfy { isLabelText($0) }
}

/// Whether `text` may name a namespace: an RFC 1123 label.
func isLabelName(_ text: String) -> Bool { text.utf8.count <= 63 && isLabelText(text[...]) }

private func isLabelText(_ text: Substring) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
        && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
}
