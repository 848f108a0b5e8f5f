import Model
import Planning
import Testing

@Suite("Sync windows")
struct SyncWindowTests {
    /// 2026-11-27 is a Friday.
    @Test(arguments: [
        ("deny 0 22 * * 5 60h", "2026-11-27T21:59:59Z", nil),
        ("deny 0 22 * * 5 60h", "2026-11-27T22:00:00Z", "2026-11-27T22:00:00Z"),
        ("deny 0 22 * * fri 60h", "2026-11-30T09:59:59Z", "2026-11-27T22:00:00Z"),
        ("deny 0 22 * * 5 60h", "2026-11-30T10:00:00Z", nil),
        ("allow */15 8-17 * * 1-5 10m", "2026-11-27T12:34:00Z", "2026-11-27T12:30:00Z"),
        ("allow */15 8-17 * * 1-5 10m", "2026-11-27T12:40:00Z", nil),
        ("allow 0 0 29 2 * 24h", "2028-02-29T12:00:00Z", "2028-02-29T00:00:00Z"),
        ("allow 0 0 29 2 * 24h", "2027-03-01T12:00:00Z", nil),
        // Both days restricted: either suffices.
        ("deny 0 0 13 * 5 24h", "2026-11-13T01:00:00Z", "2026-11-13T00:00:00Z"),
        ("deny 0 0 13 * 5 24h", "2026-11-20T01:00:00Z", "2026-11-20T00:00:00Z"),
        ("deny 0 0 13 * 5 24h", "2026-10-13T01:00:00Z", "2026-10-13T00:00:00Z"),
        ("deny 0 0 13 * ? 24h", "2026-11-20T01:00:00Z", nil),
        ("deny @daily 1h30m", "2026-11-27T01:29:00Z", "2026-11-27T00:00:00Z"),
        ("deny @daily 1h30m", "2026-11-27T01:30:00Z", nil),
        ("deny 10/25 0 1 jan * 1m", "2026-01-01T00:35:30Z", "2026-01-01T00:35:00Z"),
        ("deny 30 12 * * * 48h", "1969-12-31T12:30:00Z", "1969-12-31T12:30:00Z"),
    ])
    func isOpenSince(_ text: String, _ time: String, _ expected: String?) throws {
        let window = try #require(SyncWindow(text))
        let moment = try #require(Timestamp(time))
        #expect(window.openSince(at: moment)?.secondsText == expected)
    }

    @Test(arguments: [
        "", "deny", "deny 5m", "permit * * * * * 1h", "deny * * * * 1h", "deny 60 * * * * 1h",
        "deny * 24 * * * 1h", "deny * * 0 * * 1h", "deny * * * 13 * 1h", "deny * * * * 7 1h",
        "deny 5-1 * * * * 1h", "deny */0 * * * * 1h", "deny 1,,2 * * * * 1h", "deny 1- * * * * 1h",
        "deny * * * * * 0s", "deny * * * * * -1h", "deny * * * * * 9000h", "deny @never 1h",
    ])
    func isNoWindow(_ text: String) { #expect(SyncWindow(text) == nil) }

    @Test func aDenialBeatsAPermissionAndPermissionsExcludeTheRest() throws {
        let time = try #require(Timestamp("2026-11-27T12:00:00Z"))
        func check(_ windows: [String], _ expected: Bool) {
            #expect(
                SyncWindow.allow(windows.compactMap { SyncWindow($0) }, at: time) == expected,
                "\(windows)")
        }
        check([], true)
        check(["deny 0 13 * * * 1h"], true)
        check(["deny 0 12 * * * 1h"], false)
        check(["allow 0 12 * * * 1h"], true)
        check(["allow 0 13 * * * 1h"], false)
        check(["allow 0 13 * * * 1h", "allow 0 11 * * * 2h"], true)
        check(["allow 0 12 * * * 1h", "deny 0 12 * * * 1h"], false)
    }
}
