import Glibc
import TestSupport
import Testing

/// `authfcgi doctor` with servers, roles and files that are not as they should be.
@Suite struct DoctorServerTests: RunsDoctor {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    // MARK: PostgreSQL

    @Test func `a database that is not UTF-8`() throws {
        let latin = "\(database)_latin"
        try server.psql("CREATE DATABASE \(latin) TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        let output = try doctor(["DATABASE_URL": server.url(database: latin)])
        expect("postgresql", "error", "the database has the encoding LATIN1", "CREATE DATABASE", in: output)
        #expect(output.lines("clock").first?.result == "skipped", "\(output)")
    }

    @Test func `a table of another program`() throws {
        let (server, empty) = try SharedServers.emptyDatabase()
        try server.psql("CREATE TABLE session_tokens (token text)", database: empty)
        let output = try doctor(["DATABASE_URL": server.url(database: empty)])
        expect("schema", "error", "has a table session_tokens that authfcgi did not make", "rename it", in: output)
    }

    @Test func `a role that lacks rights, and one with too few connections`() throws {
        let role = "\(database)_pod"
        try psql("CREATE ROLE \(role) LOGIN")
        let environment = [
            "DATABASE_URL": server.url(user: role, database: database), "MIGRATE_ON_START": "off", "WORKERS": "2",
        ]
        expect("schema", "error", "lacks", "authfcgi migrate --grant-to", in: try doctor(environment))
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        #expect(try doctor(environment).errors == 0)
        try psql("REVOKE SELECT ON session_keys FROM \(role)")
        let lacking = try doctor(environment)
        expect("rights", "error", "lacks the right SELECT ON session_keys", "--grant-to \(role)", in: lacking)
        try psql("GRANT SELECT ON session_keys TO \(role); ALTER ROLE \(role) CONNECTION LIMIT 7")
        expect(
            "connections", "error", "the role \(role) has 7", "ALTER ROLE \(role) CONNECTION LIMIT 16",
            in: try doctor(environment))
        try psql("ALTER ROLE \(role) CONNECTION LIMIT 15")
        expect("connections", "warning", "the role \(role) has 15", in: try doctor(environment))
    }

    @Test func `a role with one connection, which the doctor has`() throws {
        let role = "\(database)_pod"
        try psql("CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1")
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let output = try doctor([
            "DATABASE_URL": server.url(user: role, database: database), "MIGRATE_ON_START": "off",
        ])
        for check in ["notifications", "write", "look-up"] {
            let line = try #require(output.lines(check).first)
            #expect(line.result == "error" && line.finding.contains("too many connections for role"), "\(line)")
            #expect(line.remedy == "raise the limit: ALTER ROLE … CONNECTION LIMIT", "\(line)")
        }
    }

    @Test func `too many pods for the server`() throws {
        let output = try doctor(["WORKERS": "2"], ["--pods", "500"])
        expect("connections", "error", "500 pods with 2 workers may need 4000", "raise max_connections", in: output)
    }

    @Test func `a standby, a primary with one, and a TLS mode that falls back to plain text`() throws {
        let primary = try PostgreSQLServer(in: folder, name: "primary", tcpPort: Endpoint.freePort())
        #expect(try run(["migrate"], environment: ["DATABASE_URL": primary.url()]).status.isSuccess)
        let standby = try PostgreSQLServer.standby(of: primary)
        let wrong = try doctor(["DATABASE_URL": standby.url()])
        expect("postgresql", "error", "standby", "correct DATABASE_URL", in: wrong)
        let plain = try doctor(["DATABASE_URL": primary.tcpURL() + "?sslmode=prefer"])
        expect("tls", "warning", "sslmode=prefer can fall back to plain text", "sslmode=verify-full", in: plain)
        expect("replication", "warning", "1 server follows asynchronously", "synchronous_standby_names", in: plain)
        try primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try primary.psql("SELECT pg_reload_conf()")
        let environment = ["DATABASE_URL": primary.url()]
        try eventually("the setting is read") {
            try primary.psql("SHOW synchronous_standby_names") == "*"
        }
        let safe = try doctor(environment)
        #expect(safe.lines("replication").first?.finding == "a failover to a synchronous standby loses nothing")
        try primary.psql("ALTER SYSTEM SET synchronous_standby_names = 'zz'")
        try primary.psql("SELECT pg_reload_conf()")
        try eventually("the standby is no synchronous one any more") {
            try primary.psql("SELECT sync_state FROM pg_stat_replication") == "async"
        }
        let other = try doctor(environment)
        expect("replication", "error", "none of the servers that follow", "correct the names", in: other)
        try standby.stop(mode: .immediate)
        try eventually("the standby is gone") {
            try primary.psql("SELECT count(*) FROM pg_stat_replication") == "0"
        }
        let alone = try doctor(environment)
        expect("replication", "error", "no server follows: every change waits", "start the standby", in: alone)
    }

    @Test func `a clock that is ahead`() throws {
        let clock = try FakeClock(in: folder)
        let ahead = try PostgreSQLServer(in: folder, name: "ahead", clock: clock)
        try clock.set(offset: 90)
        let output = try doctor(["DATABASE_URL": ahead.url()])
        let line = try #require(output.lines("clock").first)
        #expect(line.result == "warning" && line.remedy == "synchronise both machines (NTP)", "\(line)")
        #expect(line.finding.contains(" s ahead of this machine's"), "\(line)")
        withExtendedLifetime(ahead) {}
    }

    @Test func `a connection pooler in transaction mode`() throws {
        let pooler = try PgBouncer(in: folder, before: server, poolMode: "transaction")
        let output = try doctor(["DATABASE_URL": pooler.url(database: database)])
        expect("notifications", "warning", "pooler", "to PostgreSQL directly", in: output)
        withExtendedLifetime(pooler) {}
    }

    // MARK: Redis

    @Test func `a user without a right, and memory that is not cleared`() throws {
        let redis = try RedisServer(
            in: folder, settings: ["maxmemory": "64mb", "maxmemory-policy": "noeviction"], tcpPort: Endpoint.freePort())
        try redis.command(["ACL", "SETUSER", "gate", "reset", "on", ">hunter2", "~authfcgi:*", "+mget", "+del"])
        let denied = try doctor(["REDIS_URL": "redis://gate:hunter2@\(redis.tcpEndpoint)"])
        expect("redis-rights", "error", "SET is refused: NOPERM", "ACL SETUSER", in: denied)
        #expect(denied.lines("redis-memory").first?.result == "note", "\(denied)")
        let full = try doctor(["REDIS_URL": "redis://\(redis.tcpEndpoint)"])
        expect("redis-memory", "warning", "noeviction: at 64 MiB", "allkeys-lru", in: full)
        let wrong = try doctor(["REDIS_URL": "redis://gate:S3cret@\(redis.tcpEndpoint)"])
        expect("redis", "error", "WRONGPASS", "correct the user and the password", in: wrong)
        #expect(!wrong.findings.contains { $0.finding.contains("S3cret") || $0.finding.contains("hunter2") })
    }

    @Test func `a replica is no Redis for a gate`() throws {
        let redis = try RedisServer(in: folder)
        try redis.command(["REPLICAOF", "127.0.0.1", "1"])
        let output = try doctor(["REDIS_URL": redis.url])
        for check in ["redis", "redis-rights"] {
            let line = try #require(output.lines(check).first)
            #expect(line.result == "error", "\(line)")
            #expect(line.remedy?.hasPrefix("name the primary in REDIS_URL") == true, "\(line)")
        }
    }

    @Test func `a Redis that writes to disk is a note`() throws {
        let redis = try RedisServer(in: folder, settings: ["save": "60 1"])
        let output = try doctor(["REDIS_URL": redis.url])
        expect("redis-persistence", "note", "writes its data to disk", "appendonly no", in: output)
    }

    // MARK: The machine

    @Test func `few descriptors`() throws {
        let environment = commandEnvironment.merging(["LISTEN": "unix:\(folder.path("gate.sock"))"]) { $1 }
        let result = try ServerProcess.run(
            "prlimit", ["--nofile=512:512", "--", GateProcess.executable, "doctor"], environment: environment)
        let line = result.output.split(separator: "\n").first { $0.contains(" descriptors ") }
        #expect(line?.hasPrefix("warning  descriptors ") == true, "\(result)")
        #expect(line?.contains("512 descriptors may be open: ") == true && line?.contains("LimitNOFILE") == true)
    }

    /// In a network of its own, the kernel's limit belongs to the process. Only root may set it, and not in every container.
    @Test func `a small limit of waiting connections`() throws {
        func inOwnNetwork(_ command: String...) throws -> CommandResult {
            let script = "echo 128 >/proc/sys/net/core/somaxconn && exec \"$@\""
            let environment = commandEnvironment.merging(["LISTEN": "unix:\(folder.path("gate.sock"))"]) { $1 }
            return try ServerProcess.run(
                "unshare", ["--net", "sh", "-c", script, "sh"] + command, environment: environment)
        }
        guard geteuid() == 0, try inOwnNetwork("true").status.isSuccess else { return }
        let result = try inOwnNetwork(GateProcess.executable, "doctor")
        let line = result.output.split(separator: "\n").first { $0.contains(" backlog ") }
        #expect(line?.hasPrefix("warning  backlog ") == true, "\(result)")
        #expect(line?.contains("128 connections may wait; ") == true, "\(result)")
        #expect(line?.hasSuffix(": set net.core.somaxconn to 4096 (sysctl)") == true, "\(result)")
    }

    // MARK: nginx

    /// Writes a site into a folder with the files of nginx/, and runs the doctor on it.
    private func doctor(site: String) throws -> DoctorOutput {
        try folder.write("site.conf", site)
        return try doctor([:], ["--nginx", folder.path("site.conf")])
    }

    @Test func `the traps of a configuration, by name and line`() throws {
        let link = try ServerProcess.run("ln", ["-s", Repository.path("nginx/authfcgi"), folder.path("authfcgi")])
        #expect(link.status.isSuccess, "\(link)")
        let output = try doctor(
            site: """
                include authfcgi/upstream.conf;
                include authfcgi/maps.conf;
                server {
                    rewrite ^/old/(.*) /$1 last;
                    include authfcgi/verify.conf;
                    include authfcgi/protect.conf;
                    location /static/ {
                        return 200 "hello";
                    }
                    location / {
                        proxy_pass http://127.0.0.1:3000;
                    }
                }
                """)
        let site = folder.path("site.conf")
        let errors = output.findings.filter { $0.result == "error" }.map { "\($0.check) \($0.finding)" }
        #expect(
            errors == [
                "nginx-answer-before-check \(site):8: return 200 hello in location /static/ answers before the check is made",
                "nginx-rewrite-above-verify \(site):4: rewrite ^/old/(.*) /$1 last in server rewrites the check as well, and a 200 of the application counts as valid",
                "nginx-no-identity-file \(site):11: proxy_pass http://127.0.0.1:3000 in location / hands on the client's own Remote-User and our token",
            ])
        #expect(output.lines("nginx").first?.finding == "1 server with the gate, in 1 file")
        #expect(output.lines("nginx-satisfy-any").first?.result == "ok")
    }

    @Test func `the example has no trap`() throws {
        let output = try doctor([:], ["--nginx", Repository.path("nginx/example.conf")])
        let found = output.findings.filter { $0.check.hasPrefix("nginx") && !["ok", "note"].contains($0.result) }
        #expect(found.allSatisfy { $0.check == "nginx-version" }, "\(found)")
        #expect(output.lines("nginx-version").count == 1)
    }

    @Test func `a configuration that cannot be read`() throws {
        expect("nginx", "error", ":2: a } is missing", in: try doctor(site: "server {\nlisten 80;"))
        let missing = try doctor(site: "include authfcgi/none.conf;\nserver { include authfcgi/verify.conf; }")
        expect("nginx", "error", "site.conf:1: authfcgi/none.conf is included and does not exist", in: missing)
        let other = try doctor(site: "server { location / { return 200; } }")
        expect("nginx", "warning", "uses the gate", "include authfcgi/verify.conf", in: other)
    }

    @Test func `with settings that cannot be used, the configuration of nginx is looked at all the same`() throws {
        let output = try doctor(["WORKERS": "0"], ["--nginx", Repository.path("nginx/example.conf")])
        #expect(output.lines("settings").first?.result == "error")
        #expect(output.lines("nginx").first?.result == "ok")
        #expect(output.lines("postgresql").isEmpty)
    }

    @Test func `with no settings at all, the configuration of nginx is looked at alone`() throws {
        let output = try doctor(["DATABASE_URL": ""], ["--nginx", Repository.path("nginx/example.conf")])
        #expect(output.lines("settings").map(\.result) == ["skipped"], "\(output)")
        #expect(output.lines("nginx").first?.result == "ok")
        #expect(output.errors == 0 && output.lines("postgresql").isEmpty, "\(output)")
    }
}
