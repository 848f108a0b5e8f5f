internal import GoTemplate

/// The version of a chart that is meant: the same text, or else the highest one within the range.
///
/// Versions that cannot be read are passed over, as Helm does it.
///
/// - Parameters:
///   - versions: In any order.
///   - wanted: A version or range; nothing means `*`, the highest that is no prerelease.
/// - Returns: One of `versions`, or `nil`.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/repo/v1/index.go (IndexFile.Get) and pkg/registry/tag.go
/// (GetTagMatchingVersionOrConstraint)
func chosenVersion(among versions: [String], wanted: String) throws(ChartRepositoryError)
    -> String?
{
    let constraints: VersionConstraints
    do throws(SemverError) {
        constraints = try VersionConstraints(wanted.isEmpty ? "*" : wanted)
    } catch {
        throw .badVersion(printable(wanted), "\(error)")
    }
    if !wanted.isEmpty, versions.contains(wanted) { return wanted }
    var best: (text: String, version: SemanticVersion)?
    for text in versions {
        guard let version = try? SemanticVersion(text), constraints.contain(version) else {
            continue
        }
        if let best, version.compare(best.version) <= 0 { continue }
        best = (text, version)
    }
    return best?.text
}

/// Whether a text is a version by itself, and no range.
func isVersion(_ text: String) -> Bool { (try? SemanticVersion(text)) != nil }

/// Whether a text is exactly a version of semver.org, as tags of charts are.
func isStrictVersion(_ text: String) -> Bool { (try? SemanticVersion(strict: text)) != nil }
