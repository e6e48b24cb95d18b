import Glibc
import TestSupport

extension Fault {
    /// What can happen between one pod and PostgreSQL.
    static func ofPaths(_ site: BreakableSite) -> [Fault] {
        [
            partition("a pod is partitioned", .both, site),
            partition("a pod's questions are lost", .toServer, site),
            partition("a pod's answers are lost", .toClient, site),
            Fault(name: "a pod's connections are cut") { random in
                let pod = site.pods.indices.randomElement(using: &random) ?? 0
                site.paths[pod].cut()
                return "pod \(pod + 1)"
            },
            Fault(name: "a pod's path is slow") { random in
                let pod = site.pods.indices.randomElement(using: &random) ?? 0
                let (delay, time) = (random.milliseconds(20...600), random.milliseconds(300...1500))
                site.paths[pod].delay(delay)
                sleepThread(for: time)
                site.paths[pod].delay(.zero)
                return "pod \(pod + 1), \(delay) for \(time)"
            },
        ]
    }

    private static func partition(_ name: String, _ flow: SocketProxy.Flow, _ site: BreakableSite) -> Fault {
        Fault(name: name) { random in
            let pod = site.pods.indices.randomElement(using: &random) ?? 0
            let path = site.paths[pod]
            let time = random.milliseconds(800...2600)
            if random.chance(0.4) {
                // What is under way when it begins left long ago.
                path.delay(random.milliseconds(50...300))
                sleepThread(for: random.milliseconds(300...600))
            }
            path.pause(flow)
            sleepThread(for: time)
            // What was under way may come through late, or never.
            if random.chance(0.5) { path.cut() }
            path.delay(.zero)
            path.resume()
            return "pod \(pod + 1), for \(time)"
        }
    }

    /// What can happen to one worker of a pod.
    static func ofWorkers(_ site: BreakableSite) -> [Fault] {
        [
            Fault(name: "a worker is frozen") { random in
                let (pod, worker) = try worker(of: site, &random)
                let time = random.milliseconds(1000...2000)
                kill(worker, SIGSTOP)
                sleepThread(for: time)
                kill(worker, SIGCONT)
                return "pod \(pod + 1), process \(worker), for \(time)"
            },
            Fault(name: "a worker is killed") { random in
                let (pod, worker) = try worker(of: site, &random)
                kill(worker, SIGKILL)
                return "pod \(pod + 1), process \(worker)"
            },
        ]
    }

    private static func worker(
        of site: BreakableSite, _ random: inout SeededGenerator
    ) throws -> (pod: Int, worker: Int32) {
        let pod = site.pods.indices.randomElement(using: &random) ?? 0
        var workers: [Int32] = []
        try eventually("pod \(pod + 1) has workers", log: site.pods[pod].gate.log) {
            workers = try site.pods[pod].gate.workers
            return !workers.isEmpty
        }
        return (pod, workers.randomElement(using: &random) ?? 0)
    }
}
