import Deadline
import Synchronization
import Testing

@Suite("Deadline")
struct DeadlineTests {
    private struct Refused: Error {}

    @Test func anAnswerInTimeIsGivenBackAndAFailureIsThrown() async throws {
        #expect(try await withDeadline(.seconds(60)) { 7 } == 7)
        await #expect(throws: Refused.self) {
            try await withDeadline(.seconds(60)) { throw Refused() }
        }
    }

    @Test func whatTakesLongerIsCancelledAndHasEnded() async {
        let hasEnded = Atomic(false)
        await #expect(throws: DeadlinePassed(after: .milliseconds(20))) {
            try await withDeadline(.milliseconds(20)) {
                defer { hasEnded.store(true, ordering: .relaxed) }
                try await Task.sleep(for: .seconds(600))
            }
        }
        let isOver = hasEnded.load(ordering: .relaxed)
        #expect(isOver)
    }

    @Test func aCancelledTaskDoesNotWaitForEither() async {
        let work = Task {
            try await withDeadline(.seconds(600)) { try await Task.sleep(for: .seconds(600)) }
        }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
    }
}
