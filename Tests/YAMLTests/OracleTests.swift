import Foundation
import Model
import TestSupport
import Testing
import YAML

/// Answers recorded from kubectl 1.32.4 with `kubectl patch --local -f FILE --type=merge -p '{}'`.
@Suite("kubectl as the reference")
struct OracleTests {
    @Test func scalarsMeanWhatTheyMeanToKubectl() throws {
        let recorded = try parseJSON(fixture("kubectl-scalars.json")).arrayValue ?? []
        #expect(recorded.count > 90)
        for answer in recorded {
            guard let written = answer[0]?.stringValue, let expected = answer[1]?.stringValue else {
                Issue.record("malformed fixture: \(answer)")
                continue
            }
            // libyaml drops the tag `!` before anyone sees it.
            if written == "! 5" { continue }
            let found = reading("v: \(written)")
            if expected.hasPrefix("ERR") {
                #expect(found.hasPrefix("f:1:"), "\(written)")
            } else {
                let value = try parseJSON(Array(expected.utf8))
                let wanted = String(decoding: printJSON(["v": value]), as: UTF8.self)
                #expect(found == wanted, "\(written)")
            }
        }
    }

    @Test func printedYAMLIsThatOfKubectl() throws {
        let printed = printYAML(try parseJSON(fixture("printed.json")))
        let recorded = String(decoding: try fixture("printed.yaml"), as: UTF8.self)
        #expect(differingLines(printed, recorded) == "")
    }

    @Test func printedYAMLOfKubectlReadsBackAsTheSameObject() throws {
        let documents = try parseYAML(fixture("printed.yaml"), file: "printed.yaml")
        let original = try parseJSON(fixture("printed.json"))
        #expect(documents.count == 1)
        for key in original.objectValue?.keys ?? [] where key != "numbers" {
            let isEqual = documents.first?.root[key] == original[key]
            let found = documents.first?.root[key]?.arrayValue ?? []
            let wanted = original[key]?.arrayValue ?? []
            let different = zip(found, wanted).first { $0 != $1 }
            #expect(isEqual, "\(key): \(String(describing: different))")
        }
    }

    private func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: fixtures().appendingPathComponent(name)))
    }

    private func differingLines(_ a: String, _ b: String) -> String {
        let left = a.split(separator: "\n", omittingEmptySubsequences: false)
        let right = b.split(separator: "\n", omittingEmptySubsequences: false)
        for index in 0..<max(left.count, right.count) {
            let found = index < left.count ? left[index] : "(end)"
            let wanted = index < right.count ? right[index] : "(end)"
            if found != wanted { return "\(index + 1): \(found)\nkubectl: \(wanted)" }
        }
        return ""
    }
}
