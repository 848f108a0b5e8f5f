import Foundation
import Testing

/// The rules themselves, on texts that break them.
@Suite("Tidy rules")
struct TidyRuleTests {
    @Test func importsAgainstTheTableAreBreaches() {
        check(
            Checkout([
                "Sources/Model/A.swift":
                    "import Foundation\n// import GRDB\npublic import struct YAML.B\n",
                "Sources/Digests/A.swift": "internal import Crypto\npublic import Model\n",
                "Sources/EventLog/A.swift": "@preconcurrency import Crypto\n",
                "Sources/GitRepository/A.swift": "private import SQLiteLedger\nimport CYAML",
                "Sources/Engine/A.swift": "import CLI\nimport Dispatch\n",
            ]).importBreaches(),
            gives: """
                Sources/Engine/A.swift:1: Engine may not import the target CLI
                Sources/EventLog/A.swift:1: EventLog may not import the module Crypto
                Sources/GitRepository/A.swift:1: GitRepository may not import the target SQLiteLedger
                Sources/GitRepository/A.swift:2: GitRepository may not import the module CYAML
                Sources/Model/A.swift:1: Model may not import the module Foundation
                Sources/Model/A.swift:3: Model may not import the target YAML
                """)
    }

    @Test func aPackageThatDiffersFromTheTableIsABreach() {
        let breaches = Checkout([
            "Package.swift": """
            library("Model"),
            library("Digests", ["Model", crypto]),
            library(
                "YAML",
                ["Model", "Digests"]),
            """,
            "Sources/Extra/A.swift": "",
        ]).packageBreaches()
        check(
            breaches.filter { !$0.what.hasPrefix("has no target") },
            gives: """
                Package.swift:3: YAML depends on Digests, against the import table
                Package.swift:3: YAML does not depend on CYAML, as the import table says
                Sources/Extra:1: has no row in the import table
                """)
    }

    @Test func bannedWordsAreBreachesOutsideOfCommentsAndStrings() {
        check(
            Checkout([
                "Sources/Health/A.swift": """
                let a = try! f()  // try! here
                let b = "Task {"; print(b)
                func c() async {}
                """,
                "Sources/Engine/A.swift": """
                func d() -> Task { d() }
                let e = Task { await d() }
                final class F: @unchecked Sendable {}
                """,
            ]).bannedBreaches(),
            gives: """
                Sources/Engine/A.swift:2: Task {
                Sources/Engine/A.swift:3: @unchecked Sendable
                Sources/Health/A.swift:1: try!
                Sources/Health/A.swift:2: print(
                Sources/Health/A.swift:3: async
                """)
    }

    @Test func longFilesAndFunctionsAreBreaches() {
        let body = String(repeating: "\n", count: 59)
        check(
            Checkout([
                "Sources/A/Short.swift": "func f() {\(body.dropFirst())}\n",
                "Sources/A/Long.swift": "\nfunc f() {\(body)\n}\n",
                "Tests/A/Long.swift": String(repeating: "let a = 1\n", count: 401),
            ]).lengthBreaches(),
            gives: """
                Sources/A/Long.swift:2: f has 61 lines, more than 60
                Tests/A/Long.swift:401: the file has 401 lines, more than 400
                """)
    }

    @Test func textsAreHeldToTheirRules() {
        let checkout = Checkout([
            "Sources/A/README.md":
                "# A\n[b](../B/b.swift) [c](c.md#d) [e](https://e.org) [f](#f)\n",
            "Sources/B/README.md": "## B\n```\n# code [x](y)\n```\n",
            "docs/c.md": "# C\n\n# D\n[g]: /Sources/A\n",
            "tools/x": "# TO" + "DO\ncd /ro" + "ot/x\nwget https://pypi.o" + "rg/a\na/work/b\n",
        ])
        check(
            checkout.linkBreaches() + checkout.titleBreaches() + checkout.unfinishedBreaches()
                + checkout.machineBreaches() + checkout.folderBreaches(),
            gives: """
                Sources/A/README.md:2: leads nowhere: ../B/b.swift
                Sources/A/README.md:2: leads nowhere: c.md#d
                Sources/B/README.md:1: has no title
                docs/c.md:3: has a second title; the first is in line 1
                tools/x:1: TO\("DO")
                tools/x:2: names a folder of one machine
                tools/x:3: names the package registry pypi.o\("rg")
                """)
    }

    private func check(
        _ breaches: [Breach], gives expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        // The advice behind the second colon is not compared, but for links.
        let found = breaches.sorted().map { breach in
            breach.rule == .links
                ? breach.description
                : breach.description.components(separatedBy: ": ").prefix(2).joined(separator: ": ")
        }
        #expect(found.joined(separator: "\n") == expected, sourceLocation: sourceLocation)
    }

    @Test func commentsAndStringsAreNoCode() {
        let source = #"""
            let a = "Task { \(f("x")) }"  // Task {
            /* try! /* nested */ */ let b = """
                as! "quoted"
                """
            let c = ##"raw "# print("##, d = 1
            """#
        let words = codeOnly(source).split { " \n".contains($0) }.joined(separator: " ")
        #expect(words == "let a = let b = let c = , d = 1")
    }

    @Test func functionsAreMeasuredFromTheirFirstToTheirLastLine() {
        let code = """
            protocol P { func required() -> Int
                var value: Int { get } }
            struct S {
                var stored = 1
                var computed: Int {
                    1
                }
                init?<T>(_ t: T) where T: P {
                    self.init(); S.init()
                }
                func run(
                    _ body: () -> Void = {}
                ) async throws(E) -> [Int] {
                    func inner() { {}() }
                }
            }
            """
        let spans = functions(in: code.components(separatedBy: "\n"))
            .map { "\($0.name) \($0.line) \($0.lineCount)" }
        #expect(
            spans == ["value 2 1", "computed 5 3", "init 8 3", "run 11 5", "inner 14 1"])
    }

    @Test func wordsAreFoundWhole() {
        #expect(contains("  print(x)", word: "print("))
        #expect(!contains("printJSON(x)", word: "print("))
        #expect(!contains("debugprint(x)", word: "print("))
        #expect(contains("a = try! b", word: "try!"))
    }
}
