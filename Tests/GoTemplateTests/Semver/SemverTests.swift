import Foundation
import GoTemplate
import TestSupport
import Testing

/// Answers recorded from Masterminds/semver inside Helm 4.3.1.
@Suite struct SemverTests {
    private struct Answers: Decodable {
        struct Constraint: Decodable {
            var error: String?
            /// Those of `versions` that satisfy it.
            var satisfied: [String]?
        }

        var versions: [String]
        var constraints: [String: Constraint]
        /// Major, minor, patch, prerelease, metadata, original, text, next patch, minor and major version.
        var read: [String: String]
    }

    private func answers() throws -> Answers {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/semver.json")
        return try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
    }

    @Test func constraintsHoldForTheSameVersions() throws {
        let answers = try answers()
        for (text, expected) in answers.constraints {
            do throws(SemverError) {
                let constraints = try VersionConstraints(text)
                var satisfied: [String] = []
                for version in answers.versions
                where constraints.contain(try SemanticVersion(version)) {
                    satisfied.append(version)
                }
                #expect(satisfied == expected.satisfied, "\(text.debugDescription)")
            } catch {
                #expect(error.description == expected.error, "\(text.debugDescription)")
            }
        }
    }

    @Test func versionsAreReadAlike() throws {
        for (text, expected) in try answers().read {
            let found: String
            do throws(SemverError) {
                let version = try SemanticVersion(text)
                let parts = [
                    "\(version.major)", "\(version.minor)", "\(version.patch)", version.prerelease,
                    version.metadata, version.original, "\(version)",
                    "\(try version.nextPatch())", "\(try version.nextMinor())",
                    "\(try version.nextMajor())",
                ]
                found = parts.joined(separator: " ")
            } catch {
                found = "error: \(error)"
            }
            #expect(found == expected, "\(text.debugDescription)")
        }
    }

    @Test func constraintsAreLimited() {
        #expect(message(String(repeating: ">=1 ", count: 300)).contains("too long (max 512 bytes)"))
        #expect(
            message(String(repeating: "1||", count: 32) + "1")
                == "too many constraint groups (max 32)")
        #expect(message(String(repeating: "1||", count: 31) + "1") == "")
    }

    /// Precedence is an order: what semver.org lists, in every pair.
    @Test func versionsAreInOrder() throws {
        let sorted = [
            "0.0.0-0", "0.0.0", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2",
            "10",
        ]
        for (i, a) in sorted.enumerated() {
            for (j, b) in sorted.enumerated() {
                let order = try SemanticVersion(a).compare(SemanticVersion(b))
                #expect(order == (i - j).signum(), "\(a) and \(b)")
            }
        }
    }

    private func message(_ constraint: String) -> String {
        do throws(SemverError) {
            _ = try VersionConstraints(constraint)
            return ""
        } catch {
            return error.description
        }
    }
}
