internal import Dispatch

/// Runs an actor on a queue of its own, so its blocking C calls never hold a pool thread.
///
/// A queue is serial but moves between threads, while libgit2's last error belongs to one thread:
/// the error is read in the same job, directly after the call that failed.
final class ThreadExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
