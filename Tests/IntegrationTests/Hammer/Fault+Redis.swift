import Glibc
import TestSupport

extension Fault {
    /// What can happen to Redis, and between one pod and it. Whatever it holds when it starts again it has from the dump
    /// that was saved last, however old that is, or from none.
    static func ofRedis(_ site: BreakableSite) -> [Fault] {
        let server = site.redis
        return [
            Fault(name: "Redis stops and starts again") { random in
                let time = random.milliseconds(0...500)
                try server.stop()
                if random.chance(0.5) { server.loseDump() }
                sleepThread(for: time)
                try server.start()
                return "after \(time)"
            },
            Fault(name: "Redis is killed and starts again") { random in
                let time = random.milliseconds(0...300)
                server.kill()
                sleepThread(for: time)
                try server.start()
                return "after \(time)"
            },
            Fault(name: "Redis is frozen") { random in
                let time = random.milliseconds(100...1000)
                defer { server.resume() }
                try server.pause()
                sleepThread(for: time)
                return "for \(time)"
            },
            Fault(name: "Redis is restored from an old dump") { random in
                try server.command("SAVE")
                let time = random.milliseconds(300...900)
                sleepThread(for: time)
                server.kill()
                try server.start()
                return "of \(time) ago"
            },
            Fault(name: "Redis forgets everything") { _ in try server.command("FLUSHALL") },
            Fault(name: "Redis has no room") { random in
                let time = random.milliseconds(100...500)
                try server.command("CONFIG", "SET", "maxmemory", "1")
                sleepThread(for: time)
                try server.command("CONFIG", "SET", "maxmemory", "0")
                return "for \(time)"
            },
            Fault(name: "Redis closes its connections") { _ in
                "\(try server.command("CLIENT", "KILL", "TYPE", "normal")) of them"
            },
            Fault(name: "Redis has another password") { random in
                let time = random.milliseconds(100...500)
                try server.command("CONFIG", "SET", "requirepass", "another")
                try server.command("CLIENT", "KILL", "TYPE", "normal", password: "another")
                sleepThread(for: time)
                try server.command("CONFIG", "SET", "requirepass", "", password: "another")
                return "for \(time)"
            },
            partition("a pod is cut from Redis", .both, site),
            partition("Redis's answers are lost", .toClient, site),
            Fault(name: "a pod's path to Redis is slow") { random in
                let pod = site.pods.indices.randomElement(using: &random) ?? 0
                let (delay, time) = (random.milliseconds(5...200), random.milliseconds(200...600))
                site.redisPaths[pod].delay(delay)
                sleepThread(for: time)
                site.redisPaths[pod].delay(.zero)
                return "pod \(pod + 1), \(delay) for \(time)"
            },
        ]
    }

    private static func partition(_ name: String, _ flow: SocketProxy.Flow, _ site: BreakableSite) -> Fault {
        Fault(name: name) { random in
            let pod = site.pods.indices.randomElement(using: &random) ?? 0
            let path = site.redisPaths[pod]
            let time = random.milliseconds(200...1000)
            path.pause(flow)
            sleepThread(for: time)
            // What was under way may come through late, or never.
            if random.chance(0.5) { path.cut() }
            path.resume()
            return "pod \(pod + 1), for \(time)"
        }
    }
}

extension RedisServer {
    /// The next start finds nothing.
    fileprivate func loseDump() { _ = unsafe unlink("\(dataFolder)/dump.rdb") }
}
