extension Sprig {
    static let versions: [Function] = [
        Function("semver") { (text: ByteString) throws(TemplateError) in
            Value.object(GoVersion(try version(text), isPointer: true))
        },
        Function("semverCompare") {
            (constraint: ByteString, text: ByteString) throws(TemplateError) in
            do throws(SemverError) {
                let constraints = try VersionConstraints(constraint.description)
                return constraints.contain(try SemanticVersion(text.description))
            } catch {
                throw TemplateError("\(error)")
            }
        },
    ]

    private static func version(_ text: ByteString) throws(TemplateError) -> SemanticVersion {
        do throws(SemverError) {
            return try SemanticVersion(text.description)
        } catch {
            throw TemplateError("\(error)")
        }
    }
}

/// Masterminds' `*semver.Version`, or `semver.Version`, which methods that change a version return.
struct GoVersion: Object {
    var version: SemanticVersion
    var isPointer: Bool

    init(_ version: SemanticVersion, isPointer: Bool) {
        self.version = version
        self.isPointer = isPointer
    }

    var type: GoType { .named(isPointer ? "*semver.Version" : "semver.Version", nil) }
    var text: ByteString? { ByteString(version.description) }

    func method(_ name: ByteString) -> Function? {
        // A value has those of its methods alone that take no pointer; a pointer has all.
        isPointer ? Self.all[name] : Self.ofValues[name]
    }

    private static let ofValues = GoTime.table(values)
    private static let all = GoTime.table(values + pointers)

    private static let values: [Function] = [
        Function("String") { (version: GoVersion) in ByteString(version.version.description) },
        Function("Major") { (version: GoVersion) in version.version.major },
        Function("Minor") { (version: GoVersion) in version.version.minor },
        Function("Patch") { (version: GoVersion) in version.version.patch },
        Function("Prerelease") { (version: GoVersion) in ByteString(version.version.prerelease) },
        Function("Metadata") { (version: GoVersion) in ByteString(version.version.metadata) },
        increment("IncPatch") { version throws(SemverError) in try version.nextPatch() },
        increment("IncMinor") { version throws(SemverError) in try version.nextMinor() },
        increment("IncMajor") { version throws(SemverError) in try version.nextMajor() },
        replacement("SetPrerelease") { $0.prerelease = $1 },
        replacement("SetMetadata") { $0.metadata = $1 },
    ]

    private static let pointers: [Function] = [
        Function("Original") { (version: GoVersion) in ByteString(version.version.original) },
        comparison("Compare") { Value.int($0) },
        comparison("Equal") { Value.bool($0 == 0) },
        comparison("LessThan") { Value.bool($0 < 0) },
        comparison("LessThanEqual") { Value.bool($0 <= 0) },
        comparison("GreaterThan") { Value.bool($0 > 0) },
        comparison("GreaterThanEqual") { Value.bool($0 >= 0) },
    ]

    private static func increment(
        _ name: String,
        _ change: @escaping @Sendable (SemanticVersion) throws(SemverError) -> SemanticVersion
    ) -> Function {
        Function(name) { (version: GoVersion) throws(TemplateError) in
            do throws(SemverError) {
                return GoVersion(try change(version.version), isPointer: false)
            } catch {
                throw TemplateError("\(error)")
            }
        }
    }

    private static func replacement(
        _ name: String, _ change: @escaping @Sendable (inout SemanticVersion, String) -> Void
    ) -> Function {
        Function(name) { (version: GoVersion, text: ByteString) throws(TemplateError) in
            var changed = version.version
            change(&changed, text.description)
            do throws(SemverError) {
                changed.original = changed.description
                return GoVersion(try SemanticVersion(changed.description), isPointer: false)
            } catch {
                throw TemplateError("\(error)")
            }
        }
    }

    private static func comparison(
        _ name: String, _ result: @escaping @Sendable (Int) -> Value
    ) -> Function {
        Function(name) { (version: GoVersion, other: GoVersion) in
            result(version.version.compare(other.version))
        }
    }
}

extension GoVersion: GoParameter, GoResult {
    static var goType: GoType { .named("*semver.Version", nil) }
    static func taken(from value: Value) -> GoVersion? {
        if case .object(let box) = value { box.object as? GoVersion } else { nil }
    }
    var goValue: Value { .object(self) }
}
