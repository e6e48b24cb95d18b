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
            blip(site),
            Fault(name: "a pod's path is slow", silencesPostgreSQL: true) { random in
                let pod = site.pods.indices.randomElement(using: &random) ?? 0
                let (delay, time) = (random.milliseconds(20...600), random.milliseconds(300...1500))
                site.paths[pod].delay(delay)
                sleepThread(for: time)
                site.paths[pod].delay(.zero)
                return "pod \(pod + 1), \(delay) for \(time)"
            },
        ]
    }

    /// Some milliseconds that are too short to be an outage, whatever they cost.
    private static func blip(_ site: BreakableSite) -> Fault {
        Fault(name: "a pod's path blips") { random in
            let pod = site.pods.indices.randomElement(using: &random) ?? 0
            let path = site.paths[pod]
            let time = random.milliseconds(2...30)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                path.pause()
                sleepThread(for: time)
                path.resume()
                return "pod \(pod + 1), silent for \(time)"
            case 1:
                path.lose()
                sleepThread(for: time)
                path.deliver()
                return "pod \(pod + 1), all connections lost, and new ones for \(time)"
            case 2:
                path.lose(existing: false)
                path.cut()
                sleepThread(for: time)
                path.deliver()
                return "pod \(pod + 1), connections cut, and new ones lost for \(time)"
            default:
                path.refuse()
                path.cut()
                sleepThread(for: time)
                try path.accept()
                return "pod \(pod + 1), connections cut, and new ones refused for \(time)"
            }
        }
    }

    private static func partition(_ name: String, _ flow: SocketProxy.Flow, _ site: BreakableSite) -> Fault {
        Fault(name: name, silencesPostgreSQL: true) { random in
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
            Fault(name: "a worker stops again and again") { random in
                let (pod, worker) = try worker(of: site, &random)
                // Around the end of the lease, which is a second after a heartbeat was sent.
                let times = (0..<3).map { _ in random.milliseconds(700...1200) }
                for time in times {
                    kill(worker, SIGSTOP)
                    sleepThread(for: time)
                    kill(worker, SIGCONT)
                    sleepThread(for: random.milliseconds(1...300))
                }
                return "pod \(pod + 1), process \(worker), for \(times)"
            },
            Fault(name: "a pod is reloaded") { random in
                let pod = site.pods.indices.randomElement(using: &random) ?? 0
                try site.pods[pod].gate.send(SIGHUP)
                sleepThread(for: random.milliseconds(0...1500))
                return "pod \(pod + 1)"
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
