import Diffing
import Digests
import Testing

@Suite struct SecretScrubberTests {
    @Test func knownValuesAreTakenOutOfTexts() {
        check(["hunter2"], "invalid: \"hunter2\" is bad", gives: "invalid: \"(secret)\" is bad")
        check(["hunter2"], "data aHVudGVyMg== and aHVudGVyMg", gives: "data (secret) and (secret)")
        check(["a\"b\nc"], #"value "a\"b\nc" of"#, gives: #"value "(secret)" of"#)
        check(["line one\nline two!\n"], "at line two! here", gives: "at (secret) here")
        check(["hunter2\n"], "hunter2 and aHVudGVyMgo=", gives: "(secret) and (secret)")
        check(["größer"], "zu größer!", gives: "zu (secret)!")
        check([], "as it is", gives: "as it is")
        check([""], "as it is", gives: "as it is")
    }

    @Test func overlappingValuesAreTakenOutWhole() {
        check(["abcdef", "efghij"], "abcdefghij", gives: "(secret)")
        check(["hunter2", "hunter23"], "hunter23", gives: "(secret)")
    }

    @Test func shortValuesAreTakenOutWhereTheyStandAlone() {
        check(["is"], "this is \"is\"", gives: "this (secret) \"(secret)\"")
        check(["42"], "42 of 420", gives: "(secret) of 420")
        check(["1"], "1 of 10", gives: "1 of 10")
    }

    @Test func theValuesOfSecretsAreKnownInAllTheirForms() throws {
        let scrubber = SecretScrubber(objects: [
            try yaml(
                "{apiVersion: v1, kind: Secret, data: {a: aHVudGVyMg==}, "
                    + "stringData: {b: other-value, c: 47110815, d: [odd-value]}}"),
            try yaml("{apiVersion: v1, kind: ConfigMap, data: {a: harmless}}"),
        ])
        #expect(
            scrubber.scrub("hunter2 aHVudGVyMg== other-value 47110815 [\"odd-value\"] harmless")
                == "(secret) (secret) (secret) (secret) (secret) harmless")
    }

    private func check(
        _ values: [String], _ text: String, gives expected: String,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let scrubber = SecretScrubber(values: values.map { Array($0.utf8) })
        #expect(scrubber.scrub(text) == expected, sourceLocation: sourceLocation)
    }
}
