import Diffing
import Digests
import Model
import TestSupport
import Testing
import YAML

@Suite struct SecretTests {
    static let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n"
    static let key = TokenKey(bytes: [UInt8](repeating: 7, count: 32))
    static let otherKey = TokenKey(bytes: [UInt8](repeating: 8, count: 32))

    func tokens(_ text: String, _ key: TokenKey = Self.key) throws -> Node {
        tokenised(try yaml(Self.head + text), with: key)
    }

    @Test func plainAndEncodedValuesGiveTheSameToken() throws {
        let plain = try tokens("stringData: {password: hunter2}")
        let encoded = try tokens("data: {password: \"aHVudGVy\\nMg==\\n\"}")
        #expect(plain == encoded)
        #expect(plain["stringData"] == nil)
        #expect(tokenised(plain, with: Self.otherKey) == plain)
        #expect(compare(desired: plain, live: encoded).isEmpty)
    }

    @Test func plainValuesWinOverEncodedOnesOfTheSameName() throws {
        let both = try tokens("data: {a: eA==, b: eQ==}\nstringData: {a: z}")
        #expect(both == (try tokens("data: {a: eg==, b: eQ==}")))
    }

    @Test func aChangedValueShowsAsTokens() throws {
        let changes = compare(
            desired: try tokens("stringData: {a: one, b: same}"),
            live: try tokens("stringData: {a: two, b: same}"))
        #expect(changes.map(\.path.description) == ["data.a"])
        #expect(changes.first?.isUnknown == false)
        #expect(TokenText.keyID(of: changes.first?.desired?.stringValue ?? "") == Self.key.id)
    }

    @Test func tokensOfDifferentKeysAreUnknown() throws {
        let changes = compare(
            desired: try tokens("stringData: {a: one}"),
            live: try tokens("stringData: {a: one}", Self.otherKey))
        #expect(changes.map(\.isUnknown) == [true])
        #expect(changes.map(\.text) == ["? data.a  tokens of different keys"])
    }

    @Test func valuesThatAreNoTokensAreNotShownEither() throws {
        let live = try owned(
            Self.head + "data: {a: aHVudGVyMg==, b: aHVudGVyMg==, c: aHVudGVyMg==}",
            ("tidemark", "Apply", #"{"f:data":{"f:a":{},"f:b":{}}}"#),
            ("kubectl-edit", "Update", #"{"f:data":{"f:c":{}}}"#))
        let desired = try yaml(Self.head + "stringData: {a: hunter3}")
        #expect(
            compare(desired: desired, live: live).map(\.text) == [
                "~ data.a  (secret) → (secret)", "- data.b  (secret)",
            ])
        #expect(unownedFields(desired: desired, live: live).map(\.live) == ["(secret)"])
    }

    @Test func theCopyInTheAnnotationGoesFromObjectsOfEveryKind() throws {
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: a
              annotations: {kubectl.kubernetes.io/last-applied-configuration: hunter2}
            """
        #expect(tokenised(try yaml(text), with: Self.key)["metadata"] == ["name": "a"])
    }

    @Test func onlySecretsOfTheCoreGroupAreSensitive() {
        let key = ObjectKey(group: "", kind: "Secret", namespace: "a", name: "b")
        #expect(isSensitive(key))
        #expect(
            !isSensitive(ObjectKey(group: "example.com", kind: "Secret", namespace: "", name: "")))
        #expect(!isSensitive(ObjectKey(group: "", kind: "ConfigMap", namespace: "", name: "")))
    }

    @Test func aScrubberTakesKnownValuesOutOfAText() throws {
        let scrubber = SecretScrubber(objects: [
            try yaml(
                Self.head + "data: {a: aHVudGVyMg==, short: YQ==}\nstringData: {b: \"x\\\"yz\\n\"}"),
            try yaml("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {d: public}"),
        ])
        #expect(
            scrubber.scrub(#"bad hunter2, aHVudGVyMg==, "x\"yz\n", x"yz; a public thing"#)
                == #"bad (secret), (secret), "(secret)", (secret); a public thing"#)
    }

    @Test func oddSecretsLoseTheirValuesToo() throws {
        for text in [
            "data: hunter2", "data: [hunter2]", "stringData: hunter2", "data: {a: {b: hunter2}}",
        ] {
            let node = try tokens(text)
            let printed = String(decoding: printJSON(node), as: UTF8.self)
            #expect(!printed.contains("hunter2"), "\(text)")
        }
    }
}
