import Testing

@testable import ChartRepository

@Suite("Headers of registries")
struct HeaderTests {
    @Test(arguments: [
        (
            #"Bearer realm="https://a/t",service="s",scope="x:y,z""#,
            "bearer realm=https://a/t scope=x:y,z service=s"
        ),
        (#"Basic realm="a \"b\"", Bearer realm=c"#, #"basic realm=a "b"; bearer realm=c"#),
        ("Negotiate, BASIC Realm=x", "negotiate; basic realm=x"),
        (#"Bearer realm="open"#, "bearer"), ("", ""), (#"="x""#, ""), (",,,", ""),
    ])
    func challenges(value: String, expected: String) {
        let found = AuthenticationChallenge.all(in: [value]).map { challenge in
            ([challenge.scheme]
                + challenge.parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
                .joined(separator: " ")
        }
        #expect(found.joined(separator: "; ") == expected)
    }

    @Test(arguments: [
        ("</v2/a?n=1&last=x>; rel=\"next\"", "/v2/a?n=1&last=x"),
        ("<a>; rel=prev, <b>;rel=next", "b"),
        ("<a>", "-"), (">a<; rel=next", "-"), ("", "-"),
    ])
    func links(value: String, expected: String) { #expect(nextLink([value]) ?? "-" == expected) }

    @Test func onlyThisMachineIsLoopback() {
        let hosts = [
            "localhost", "127.0.0.1", "127.1.2.3", "::1", "127.0.0.1.evil.test",
            "localhost.evil.test",
            "128.0.0.1", "127.0.0", "127.0.0.256", "",
        ]
        #expect(
            hosts.filter(ChartURL.isLoopback) == ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    }
}
