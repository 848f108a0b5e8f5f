internal import Digests
internal import GoTemplate

/// What a chart is told of the cluster it is rendered for.
public struct ChartCapabilities: Hashable, Sendable {
    /// The whole version, such as `v1.31.0` or `v1.29.3-gke.100`.
    public private(set) var kubeVersion: String
    /// The same without a vendor's suffix: what constraints are compared with.
    public private(set) var normalizedVersion: String
    public private(set) var major: String
    public private(set) var minor: String
    /// `apps/v1`, and `apps/v1/Deployment` where somebody names kinds.
    public var apiVersions: [String]

    /// - Parameter kubeVersion: With or without the `v`; the patch number may be missing.
    /// - Throws: When it is no version.
    public init(
        kubeVersion: String = "v1.37.0", apiVersions: [String] = Self.knownAPIVersions
    ) throws(ChartError) {
        let digits =
            kubeVersion.hasPrefix("v") ? kubeVersion.utf8.dropFirst() : kubeVersion.utf8[...]
        let core = digits.prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
        }
        let parts = core.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { UInt64(Substring($0)) }
        guard (2...3).contains(parts.count), !parts.contains(nil) else {
            throw ChartError(
                "invalid kube version '\(kubeVersion)': could not parse \"\(kubeVersion)\" as version"
            )
        }
        let numbers = parts.compactMap { $0 } + (parts.count == 2 ? [0] : [])
        self.kubeVersion = kubeVersion.hasPrefix("v") ? kubeVersion : "v" + kubeVersion
        normalizedVersion = "v" + numbers.map(String.init).joined(separator: ".")
        major = String(numbers[0])
        minor = String(numbers[1])
        self.apiVersions = apiVersions
    }
}

extension ChartCapabilities {
    /// What `helm template` takes a cluster to serve when nobody says: the groups that client-go knows, in its
    /// order, as Helm 4.3.1 prints them.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/common/capabilities.go (allKnownVersions)
    public static let knownAPIVersions = [
        "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1",
        "admissionregistration.k8s.io/v1beta1", "internal.apiserver.k8s.io/v1alpha1", "apps/v1",
        "apps/v1beta1", "apps/v1beta2", "authentication.k8s.io/v1",
        "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1",
        "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1",
        "autoscaling/v2", "batch/v1", "batch/v1beta1", "certificates.k8s.io/v1",
        "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1",
        "coordination.k8s.io/v1alpha2", "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1",
        "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1",
        "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1beta1", "flowcontrol.apiserver.k8s.io/v1beta2",
        "flowcontrol.apiserver.k8s.io/v1beta3", "lifecycle.k8s.io/v1alpha1",
        "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "node.k8s.io/v1",
        "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1", "policy/v1beta1",
        "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1", "resource.k8s.io/v1beta2",
        "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3", "scheduling.k8s.io/v1alpha3",
        "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "storage.k8s.io/v1beta1",
        "storage.k8s.io/v1", "storage.k8s.io/v1alpha1", "storagemigration.k8s.io/v1",
        "storagemigration.k8s.io/v1beta1", "apiextensions.k8s.io/v1beta1",
        "apiextensions.k8s.io/v1",
    ]

    /// - Parameter reads: Told what templates look at.
    func templateValue(_ reads: ChartReads) -> Value {
        .object(CapabilitiesObject(capabilities: self, reads: reads))
    }
}

/// `.Capabilities`.
private struct CapabilitiesObject: Object {
    let capabilities: ChartCapabilities
    let reads: ChartReads

    var type: GoType { .named("*common.Capabilities", nil) }
    var fieldNames: [ByteString] { ["KubeVersion", "APIVersions", "HelmVersion"] }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "KubeVersion": .object(KubeVersionObject(capabilities: capabilities, reads: reads))
        case "APIVersions": .object(VersionSet(versions: capabilities.apiVersions, reads: reads))
        case "HelmVersion": .object(HelmVersionObject())
        default: nil
        }
    }
}

/// `.Capabilities.KubeVersion`, which prints as the version without a vendor's suffix.
private struct KubeVersionObject: Object {
    let capabilities: ChartCapabilities
    let reads: ChartReads

    var type: GoType { .named("common.KubeVersion", nil) }
    var text: ByteString? { ByteString(read("text", capabilities.normalizedVersion)) }
    var fieldNames: [ByteString] { ["Version", "Major", "Minor"] }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "Version": .string(read("Version", capabilities.kubeVersion))
        case "Major": .string(read("Major", capabilities.major))
        case "Minor": .string(read("Minor", capabilities.minor))
        default: nil
        }
    }

    private func read(_ part: String, _ value: String) -> String {
        reads.note(.kubeVersion(part)) { value }
        return value
    }

    func method(_ name: ByteString) -> Function? {
        switch name {
        case "GitVersion":
            Function("GitVersion") { (receiver: Value) throws(TemplateError) -> Value in
                receiver.fieldOfObject("Version")
            }
        case "String":
            Function("String") { (receiver: Value) throws(TemplateError) -> ByteString in
                receiver.textOfObject
            }
        default: nil
        }
    }
}

/// `.Capabilities.APIVersions`, a list of texts with a method.
private struct VersionSet: Object {
    let versions: [String]
    let reads: ChartReads

    var type: GoType { .named("common.VersionSet", .list(of: .string)) }
    var underlying: Value? {
        reads.note(.apiVersions) { Digest(of: versions.joined(separator: "\n")).description }
        return .list(List(strings: versions.map { ByteString($0) }))
    }

    func method(_ name: ByteString) -> Function? {
        guard name == "Has" else { return nil }
        return Function("Has") {
            (receiver: Value, version: ByteString) throws(TemplateError) -> Bool in
            guard case .object(let box) = receiver, let set = box.object as? VersionSet else {
                return false
            }
            let isServed = set.versions.contains(version.description)
            set.reads.note(.serves(version.description)) { "\(isServed)" }
            return isServed
        }
    }
}

/// `.Capabilities.HelmVersion`: the release whose output is reproduced.
private struct HelmVersionObject: Object {
    var type: GoType { .named("version.BuildInfo", nil) }
    var fieldNames: [ByteString] {
        ["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"]
    }
    var jsonNames: [ByteString] {
        ["version", "git_commit", "git_tree_state", "go_version", "kube_client_version"]
    }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "Version": "v4.3.1"
        case "GitCommit": "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff"
        case "GitTreeState": "clean"
        case "GoVersion": "go1.27.2"
        case "KubeClientVersion": "v1.37"
        default: nil
        }
    }
}

extension Value {
    fileprivate func fieldOfObject(_ name: ByteString) -> Value {
        guard case .object(let box) = self else { return .none }
        return box.object.field(name) ?? .none
    }

    fileprivate var textOfObject: ByteString {
        guard case .object(let box) = self else { return "" }
        return box.object.text ?? ""
    }
}
