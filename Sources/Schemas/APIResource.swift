/// A resource of the API as discovery lists it.
public struct APIResource: Hashable, Sendable {
    public struct Subresource: Hashable, Sendable {
        /// The part after the slash: `status`, `scale`.
        public var name: String
        public var group: String
        public var version: String
        public var kind: String
        public var verbs: [String]
    }

    public var group: String
    public var version: String
    public var kind: String
    public var plural: String
    public var singular: String
    public var shortNames: [String]
    public var isNamespaced: Bool
    public var verbs: [String]
    public var categories: [String]
    public var subresources: [Subresource]

    public init(
        group: String, version: String, kind: String, plural: String, singular: String,
        shortNames: [String] = [], isNamespaced: Bool, verbs: [String], categories: [String] = [],
        subresources: [Subresource] = []
    ) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.singular = singular
        self.shortNames = shortNames
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.categories = categories
        self.subresources = subresources
    }

    /// What every API server serves by default, in the order of its discovery.
    ///
    /// Source: aggregated discovery of kube-apiserver 1.36.2, see tools/generate-schemas.
    public static let builtIn: [APIResource] = "\(resourceTable)".split(separator: "\n")
        .compactMap(APIResource.init(line:))

    private init?(line: Substring) {
        let parts: [String] = line.split(separator: "|", omittingEmptySubsequences: false)
            .map { String($0) }
        guard parts.count == 11 else { return nil }
        func list(_ text: String) -> [String] {
            text.utf8.split(separator: UInt8(ascii: ",")).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        self.init(
            group: parts[0], version: parts[1], kind: parts[2], plural: parts[3],
            singular: parts[4], shortNames: list(parts[5]), isNamespaced: parts[6] == "n",
            verbs: list(parts[7]), categories: list(parts[8]))
        subresources = parts[9].split(separator: ";").compactMap {
            (text: Substring) -> Subresource? in
            let fields = text.split(separator: "/", omittingEmptySubsequences: false)
                .map(String.init)
            guard fields.count >= 5 else { return nil }
            return Subresource(
                name: fields[0], group: fields[3].isEmpty ? group : fields[2],
                version: fields[3].isEmpty ? version : fields[3], kind: fields[1],
                verbs: list(fields[4]))
        }
    }
}

/// A group of the API and its versions, the preferred one first.
public struct APIGroup: Hashable, Sendable {
    public var name: String
    public var preferredVersion: String
    public var versions: [String]

    public init(name: String, preferredVersion: String, versions: [String]) {
        self.name = name
        self.preferredVersion = preferredVersion
        self.versions = versions
    }

    /// The groups of `APIResource.builtIn`, in the order of discovery; the core group's name is empty.
    public static let builtIn: [APIGroup] = "\(groupTable)".split(separator: "\n")
        .compactMap { (line: Substring) -> APIGroup? in
            let parts: [Substring] = line.split(
                separator: "|", omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            return APIGroup(
                name: String(parts[0]), preferredVersion: String(parts[1]),
                versions: parts[2].split(separator: ",").map(String.init))
        }
}
