extension FileTree {
    /// Whether a file of that name may hold manifests: `.yaml`, `.yml` and `.json`, in lower case.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
    public static func isManifestName(_ path: String) -> Bool {
        path.hasSuffix(".yaml") || path.hasSuffix(".yml") || path.hasSuffix(".json")
    }

    /// Whether a file says anywhere, such as in a comment, that it is not to be read.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/directory/#skipping-file-rendering
    public static func holdsSkipMarker(_ bytes: [UInt8]) -> Bool {
        contains(bytes, "+argocd:skip-file-rendering")
    }

    /// Whether `text` stands somewhere in `bytes`.
    public static func contains(_ bytes: [UInt8], _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard count > 0, bytes.count >= count else { return count == 0 }
        return text.withUTF8Buffer { wanted in
            (0...bytes.count - count).contains { start in
                bytes[start] == wanted[0]
                    && bytes[start..<start + count].elementsEqual(wanted)
            }
        }
    }
}
