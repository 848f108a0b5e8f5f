import Model

/// Runs the controllers after every write and when one of them wants to look again.
struct ControllerLoop: Sendable {
    var cluster: Cluster

    func run() async {
        await cluster.enqueueEverything()
        await withTaskGroup(of: Void.self) { group in
            let (ticks, tick) = AsyncStream.makeStream(
                of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                for await _ in cluster.writes { tick.yield() }
                tick.finish()
            }
            tick.yield()
            var timers = 0
            for await _ in ticks {
                guard let wake = await cluster.runControllers() else { continue }
                // One timer is under way at a time at most for each distinct look; late ones do no harm.
                let pause = max(.milliseconds(1), wake - cluster.clock())
                timers += 1
                group.addTask {
                    try? await Task.sleep(for: pause)
                    tick.yield()
                }
                if timers > 256 {
                    await group.next()
                    timers -= 1
                }
            }
            group.cancelAll()
        }
    }
}
