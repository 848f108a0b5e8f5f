import Model
import TestSupport
import Testing
import YAML

/// Where keys and values of the fields are written, as `path value line:column key line:column`.
private func check(
    _ text: String, _ paths: FieldPath..., gives expected: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let documents = try parseYAML(Array(text.utf8), file: "f")
    let lines = documents.flatMap { document in
        paths.map { path in
            let value = document.location(of: path, in: "f").description.dropFirst(2)
            let key = document.keyLocation(of: path, in: "f").description.dropFirst(2)
            return "\(path) \(value) key \(key)"
        }
    }
    #expect(lines.joined(separator: "\n") == expected, sourceLocation: sourceLocation)
}

@Suite("Locations")
struct LocationTests {
    private let name = FieldPath([.key("spec"), .key("items"), .index(1), .key("name")])

    @Test func everyValueHasItsLineAndColumn() throws {
        try check(
            """
            kind: List
            spec:
              items:
              - name: a
              - port: 80
                name:   "b"
              note: |
                text
            """,
            .root, FieldPath("kind"), FieldPath("spec"), name, FieldPath("spec", "note"),
            gives: """
                 1:1 key 1:1
                kind 1:7 key 1:1
                spec 3:3 key 2:1
                spec.items[1].name 6:13 key 6:5
                spec.note 7:9 key 7:3
                """)
    }

    @Test func elementsAreFoundByTheirKeysAndValues() throws {
        try check(
            """
            ports:
            - {port: 80, protocol: TCP}
            - {port: 80, protocol: UDP}
            finalizers: [a, b]
            """,
            FieldPath([
                .key("ports"),
                .element([
                    .init(field: "port", value: "80"), .init(field: "protocol", value: "UDP"),
                ]),
                .key("protocol"),
            ]),
            FieldPath([.key("finalizers"), .value("b")]),
            gives: """
                ports[port=80,protocol=UDP].protocol 3:24 key 3:14
                finalizers[=b] 4:17 key 4:17
                """)
    }

    @Test func aPathThatDoesNotExistLeadsToItsDeepestParent() throws {
        try check(
            "a:\n  b: 1\n", FieldPath("a", "c", "d"), FieldPath("x"),
            gives: "a.c.d 2:3 key 1:1\nx 1:1 key 1:1")
    }

    @Test func documentsOfOneFileShareItsLines() throws {
        try check(
            "a: 1\n---\n# empty\n---\nb: 1\na: 2\n", FieldPath("a"),
            gives: "a 1:4 key 1:1\na 6:4 key 6:1")
    }

    @Test func whatStandsBehindAnAliasIsWhereItIsWritten() throws {
        try check(
            """
            base: &base
              x: {deep: 1}
            copy: *base
            """,
            FieldPath("copy"), FieldPath("copy", "x", "deep"),
            gives: "copy 3:7 key 3:1\ncopy.x.deep 2:13 key 2:7")
    }

    @Test func whatCameWithAMergeKeyIsWhereItIsWritten() throws {
        try check(
            """
            base: &base {x: 1, z: 2}
            a:
              own: 0
              <<: *base
              w: 3
            """,
            FieldPath("a", "own"), FieldPath("a", "z"), FieldPath("a", "w"),
            gives: """
                a.own 3:8 key 3:3
                a.z 1:23 key 1:20
                a.w 5:6 key 5:3
                """)
    }

    @Test func byteOrderMarkAndCarriageReturnsAreNoColumns() throws {
        try check(
            "a: 1\r\nb:\r\n  c: 2\r\n", FieldPath("a"), FieldPath("b", "c"),
            gives: "a 1:4 key 1:1\nb.c 3:6 key 3:3")
        try check(
            "\u{FEFF}a: 1\r\nb: 2\r\n", FieldPath("b"), gives: "b 2:4 key 2:1")
    }

    @Test func columnsCountCharacters() throws {
        try check("{é: 1, b: 2}", FieldPath("b"), gives: "b 1:11 key 1:8")
    }
}
