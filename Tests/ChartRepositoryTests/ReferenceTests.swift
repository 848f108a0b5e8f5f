import ChartRepository
import Testing

@Suite("Chart references")
struct ReferenceTests {
    /// Expects the reference as people are shown it, or why there is none.
    private func check(
        _ expected: String, _ make: () throws(ChartRepositoryError) -> ChartReference
    ) {
        do throws(ChartRepositoryError) {
            #expect("\(try make())" == expected)
        } catch {
            #expect("\(error.summary): \(error.cause ?? "")" == expected)
        }
    }

    @Test func repositoriesAreToldByTheirScheme() {
        check("web ^1.2 of https://charts.test/stable") { () throws(ChartRepositoryError) in
            try ChartReference(
                repository: "https://charts.test/stable?key=secret", chart: "web", version: " ^1.2 "
            )
        }
        for repository in ["oci://ghcr.io/org/charts", "ghcr.io/org/charts/"] {
            check("oci://ghcr.io/org/charts/web 1.2") { () throws(ChartRepositoryError) in
                try ChartReference(repository: repository, chart: "web", version: "1.2")
            }
        }
        check("cannot pull https://charts.test: user and password do not belong into an address") {
            () throws(ChartRepositoryError) in
            try ChartReference(repository: "https://me:secret@charts.test", chart: "web")
        }
        check("cannot pull ftp://charts.test: only http, https and oci addresses are known") {
            () throws(ChartRepositoryError) in try ChartReference(archive: "ftp://charts.test")
        }
    }

    @Test func registriesHaveTagsAndDigests() {
        let digest = String(repeating: "0a", count: 32)
        func check(_ reference: String, version: String = "", _ expected: String) {
            self.check(expected) { () throws(ChartRepositoryError) in
                try ChartReference(oci: reference, version: version)
            }
        }
        check("oci://localhost:5000/a/b:1.0.0+x", "oci://localhost:5000/a/b:1.0.0+x")
        check("oci://h/a@sha256:\(digest)", "oci://h/a@sha256:\(digest)")
        check("oci://h/a:1@sha256:\(digest)", "oci://h/a:1@sha256:\(digest)")
        check("oci://h/a:1", version: "1", "oci://h/a:1")
        check(
            "oci://h/a:1", version: "2",
            "cannot pull oci://h/a:1: chart reference and version mismatch: 2 is not 1")
        for digest in ["md5:00", "sha256:00", "me"] {
            check(
                "oci://h/a@\(digest)",
                "cannot pull oci://h/a@\(digest): after the @ belongs a digest: sha256: and 64 digits"
            )
        }
        check("oci://h", "cannot pull oci://h: it names no repository below the registry")
        for path in ["A", "a//b", "a/../b", "a/", "-a", "a/b?x"] {
            check(
                "oci://h/\(path)",
                "cannot pull oci://h/\(path.prefix { $0 != "?" }): a repository is written in lower case: "
                    + "letters, digits, . _ - and /")
        }
        check("oci://h/a:-x", "cannot pull oci://h/a:-x: -x is no tag")
        check("oci:///a", "cannot pull oci:///a:  is no name of a registry")
    }
}
