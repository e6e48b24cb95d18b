import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A primary that is found by sentinels, and sessions during a failover.
@Suite(.serialized, .sharesSentinels) struct RedisSentinelTests {
    private let group: RedisSentinels

    init() throws {
        group = try SharesRedis.sentinels()
    }

    @Test func `the primary is found although the first sentinels do not answer`() async throws {
        group.sentinels[0].kill()
        try group.sentinels[1].pause()
        var drill = try await RedisDrill(group.url, deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        #expect(try group.currentServer().command("DBSIZE") != "0")
        try await drill.end()
        try await drill.finish()
    }

    @Test func `a killed primary is replaced within two seconds after the sentinels' decision`() async throws {
        var drill = try await RedisDrill(group.url)
        let old = try group.currentServer()
        old.kill()
        try await drill.awaitLog("warning: Failed to connect to Redis: sentinel ")
        #expect(try await drill.shared(drill.live) == 0)
        try await drill.end()
        try group.waitForFailover(from: old)
        try await drill.expectReturn(since: .now)
        for pod in [drill.watched, drill.probe] {
            let lines = pod.log.lines(with: "Redis") + pod.log.lines(with: "Using database")
            #expect(lines.contains("info: Using database for session storage"), "\(pod.log.text)")
            #expect(lines.count { $0 == "info: ✓ Connected to Redis for session storage" } == 2, "\(pod.log.text)")
        }
        try await drill.finish()
    }

    @Test func `a frozen primary that was replaced is not used when it continues`() async throws {
        var drill = try await RedisDrill(group.url)
        let old = try group.currentServer()
        try old.pause()
        try await drill.end()
        let new = try group.waitForFailover(from: old)
        try await drill.expectReturn(since: .now)
        // For a moment the old primary still has that role, and the entries of ended sessions.
        old.resume()
        try eventually("it is a replica", within: .seconds(20)) {
            // It closes all connections when it becomes a replica.
            (try? old.command("ROLE"))?.hasPrefix("slave") ?? false
        }
        for server in [old, new] { try server.command("CONFIG", "RESETSTAT") }
        try await drill.end()
        try await drill.awaitChecks(500)
        try await drill.expectReturn(since: .now)
        #expect(try !old.command("INFO", "commandstats").contains("cmdstat_mget:"))
        #expect(try new.command("INFO", "commandstats").contains("cmdstat_mget:"))
        try await drill.finish()
    }

    @Test func `a primary that hands over is abandoned at once`() async throws {
        var drill = try await RedisDrill(group.url)
        let old = try group.currentServer()
        try group.sentinels[0].command("SENTINEL", "FAILOVER", RedisSentinels.serviceName)
        try await drill.end()
        try group.waitForFailover(from: old)
        try await drill.expectReturn(since: .now)
        try await drill.finish()
    }

    @Test func `a session whose removal the new primary has missed is not accepted`() async throws {
        let drill = try await RedisDrill(group.url)
        let primary = try group.currentServer()
        let replica = try #require(group.servers.first { $0 !== primary })
        let (token, _) = try await drill.probe.signIn("gone")
        _ = try await drill.timeUntilShared([token], since: .now)
        let key = "authfcgi:\(token.hash.hex)"
        try eventually("the replica has the entry") { try replica.command("EXISTS", key) == "1" }

        // The replica keeps its data and receives no changes.
        try replica.command("REPLICAOF", "127.0.0.1", "1")
        let number = await drill.watch.add(token, of: "id-gone")
        await drill.watch.willEnd(number)
        try await drill.probe.store.revoke(token)
        await drill.watch.hasEnded(number)
        try eventually("the entry is gone") { try primary.command("EXISTS", key) == "0" }
        primary.kill()
        try #require(try group.waitForFailover(from: primary) === replica)
        #expect(try replica.command("EXISTS", key) == "1")

        try await drill.expectReturn(since: .now)
        let stranger = try await RedisDrill.pod(of: drill.database, group.url)
        try await eventually("Redis is in use") { await stranger.store.usesRedis }
        for _ in 0..<20 {
            #expect(try await stranger.store.session(for: token) == nil)
            #expect(try await drill.ask(token).session == nil)
        }
        #expect(try replica.command("EXISTS", key) == "1")
        try await drill.finish()
        await stranger.store.close()
    }

    @Test func `a replica named by a sentinel is not used`() async throws {
        let replica = try #require(try group.servers.first { try $0 !== group.currentServer() })
        let port = "\(replica.tcpPort ?? 0)"
        let place = try Endpoint.freePort()
        // A sentinel that does not know of the failover returns the replica.
        let sentinel = try ScriptedRedis(at: .tcp(port: place)) { command in
            command[0] == "SENTINEL" ? "*2\r\n$9\r\n127.0.0.1\r\n$\(port.utf8.count)\r\n\(port)\r\n" : "-ERR\r\n"
        }
        try replica.command("CONFIG", "RESETSTAT")
        let service = RedisSentinels.serviceName
        let drill = try await RedisDrill(
            "redis+sentinel://127.0.0.1:\(place),\(group.hosts)/\(service)", deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        // With this sentinel alone the pod uses no Redis server.
        let pod = try await RedisDrill.pod(of: drill.database, "redis+sentinel://127.0.0.1:\(place)/\(service)")
        try await eventually("it is said", log: pod.log.text) {
            _ = try await pod.store.session(for: drill.live[0])
            return pod.log.text.contains(
                "sentinel 127.0.0.1:\(place): names \(replica.tcpEndpoint), which is a replica")
        }
        #expect(await pod.store.counts[.fromRedis] == 0)
        #expect(try !replica.command("INFO", "commandstats").contains("cmdstat_mget:"))
        await pod.store.close()
        try await drill.finish()
        withExtendedLifetime(sentinel) {}
    }

    @Test func `if no sentinel answers, the log has each reason, and the primary is found once they do`()
        async throws
    {
        group.sentinels[0].kill()
        try group.sentinels[1].pause()
        group.sentinels[2].kill()
        var drill = try await RedisDrill(group.url, isReachable: false)
        let places = group.sentinels.map(\.tcpEndpoint.description)
        try await drill.awaitLog(
            "warning: Failed to connect to Redis: sentinel \(places[0]): Connection refused; "
                + "sentinel \(places[1]): no reply within the deadline; sentinel \(places[2]): Connection refused")
        try await drill.awaitLog("info: Using database for session storage")
        try await drill.end()
        try await drill.awaitChecks(200)
        #expect(try await drill.shared(drill.live) == 0)
        #expect(drill.probe.log.lines(with: "Failed to connect to Redis").count == 1, "\(drill.probe.log.text)")
        try group.sentinels[2].start()
        try await drill.expectReturn(since: .now)
        try await drill.finish()
    }

    @Test func `without sentinels the present primary stays in use`() async throws {
        var drill = try await RedisDrill(group.url)
        for sentinel in group.sentinels { sentinel.kill() }
        try await drill.end()
        try await drill.awaitChecks(300)
        try await drill.expectReturn(since: .now)
        #expect(drill.probe.log.lines(with: "Failed to connect to Redis").isEmpty, "\(drill.probe.log.text)")
        // A broken connection cannot be replaced.
        try group.primary.command("CLIENT", "KILL", "TYPE", "normal")
        try group.replica.command("CLIENT", "KILL", "TYPE", "normal")
        try await drill.awaitLog("Failed to connect to Redis: sentinel ")
        try group.sentinels[0].start()
        try await drill.expectReturn(since: .now)
        try await drill.finish()
    }

    @Test func `a service unknown to all sentinels is logged as the reason`() async throws {
        var drill = try await RedisDrill("redis+sentinel://\(group.hosts)/nobodys", isReachable: false)
        for sentinel in group.sentinels {
            try await drill.awaitLog("sentinel \(sentinel.tcpEndpoint): does not know the service")
        }
        try await drill.end()
        #expect(try await drill.shared(drill.live) == 0)
        try await drill.finish()
    }
}

/// Sentinels that require a password of their own.
@Suite struct RedisSentinelPasswordTests {
    @Test func `the password of the URL is that of the servers, and of sentinels that ask for it`() async throws {
        let folder = try TestFolder()
        let group = try RedisSentinels(in: folder, password: "secret-word", sentinelPassword: "secret-word")
        let url = "redis+sentinel://:secret-word@\(group.hosts)/\(RedisSentinels.serviceName)"
        var drill = try await RedisDrill(url, deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)

        // The password of the sentinels changes without the store's knowledge.
        for sentinel in group.sentinels {
            try sentinel.command("ACL", "SETUSER", "default", "resetpass", ">another")
        }
        let newcomer = try await RedisDrill.pod(of: drill.database, url)
        for sentinel in group.sentinels {
            try eventually("the refusal is said", log: newcomer.log.text) {
                newcomer.log.text.contains(
                    "sentinel \(sentinel.tcpEndpoint): SENTINEL GET-MASTER-ADDR-BY-NAME was refused: NOAUTH")
            }
        }
        #expect(try await newcomer.store.session(for: drill.live[0]) != nil)
        #expect(await newcomer.store.counts[.fromRedis] == 0)
        try await drill.end()
        for sentinel in group.sentinels {
            try sentinel.command("ACL", "SETUSER", "default", "nopass", password: "another")
        }
        let wellAt = BootInstant.now
        try await eventually("Redis is in use", log: newcomer.log.text) { await newcomer.store.usesRedis }
        #expect(.now - wellAt < RedisDrill.returnLimit)
        #expect(!newcomer.log.text.contains("secret-word") && !newcomer.log.text.contains("another"))
        await newcomer.store.close()
        try await drill.finish(secrets: ["secret-word"])
    }
}
