import Foundation
import Testing

/// Reads the sources and reports every breach of the house rules as `file:line: what`.
@Suite("Tidy")
struct TidyTests {
    /// Read once: the tests only look at it.
    private static let shared = Result { try Checkout() }
    private let checkout: Checkout

    init() throws { checkout = try Self.shared.get() }

    @Test func everyFileImportsWhatItsTargetMay() {
        report(checkout.importBreaches(), of: [.imports])
    }

    @Test func thePackageAndTheImportTableAgree() {
        report(checkout.packageBreaches() + tableBreaches(), of: [.package])
    }

    @Test func everyTargetSaysWhatItIsFor() {
        report(checkout.folderBreaches(), of: [.folder])
    }

    @Test func filesAndFunctionsAreShort() {
        report(checkout.lengthBreaches(), of: [.fileLength, .functionLength])
    }

    @Test func noSourceCallsWhatIsBannedThere() {
        report(checkout.bannedBreaches(), of: [.banned])
    }

    @Test func nothingIsLeftUnfinished() {
        report(checkout.unfinishedBreaches(), of: [.unfinished])
    }

    @Test func documentsHaveOneTitleAndLinksThatLead() {
        report(checkout.titleBreaches() + checkout.linkBreaches(), of: [.titles, .links])
    }

    @Test func noFileKnowsTheMachineItWasWrittenOn() {
        report(checkout.machineBreaches(), of: [.machine])
    }

    /// Fails with one line for each breach that no exemption covers, and for each needless exemption.
    private func report(_ breaches: [Breach], of rules: [Rule]) {
        let open = breaches.filter { breach in !exemptions.contains { breach.isExempt(by: $0) } }
        let needless = exemptions.filter { exemption in
            rules.contains(exemption.rule) && !breaches.contains { $0.isExempt(by: exemption) }
        }
        let lines =
            open.sorted().map(\.description)
            + needless.map { "\($0.file):1: needs its exemption (\($0.reason)) no more" }
        guard !lines.isEmpty else { return }
        Issue.record("\(lines.count) breaches\n\(lines.joined(separator: "\n"))")
    }
}
