import EventLoop
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Sessions

/// The settings of Redis. Mistakes prevent the start and are reported, and no message contains a password.
@Suite struct RedisSettingsTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    /// Runs `serve`, and expects that it ends with exit code 78 and reports one problem.
    private func expectRefusal(
        _ environment: [String: String], _ arguments: [String] = [], names words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let socket = folder.path("gate.sock")
        let result = try run(
            ["serve"] + arguments, environment: ["LISTEN": "unix:\(socket)"].merging(environment) { $1 })
        #expect(result.status == .code(78), "\(result)", sourceLocation: sourceLocation)
        #expect(result.output.isEmpty, sourceLocation: sourceLocation)
        #expect(
            result.errors.hasPrefix("authfcgi: ") && result.errors.split(separator: "\n").count == 1,
            "\(result.errors)",
            sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), "\(word): \(result.errors)", sourceLocation: sourceLocation)
        }
        for secret in ["hunter2", "hun", "ter2"] {
            #expect(!result.errors.contains(secret), "\(result.errors)", sourceLocation: sourceLocation)
        }
        #expect(!Endpoint.unix(socket).isListening, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("hunter2@cache", "the scheme is missing"),
        ("http://:hunter2@cache", "the URL is that of another kind of server (http)"),
        ("reddis://:hunter2@cache", "the scheme is none of redis://"),
        ("redis:hunter2@cache", "two slashes are missing"),
        ("redis://:hun ter2@cache", "it contains whitespace"),
        ("redis://:hunter2/3@cache", "an @ follows the first /"),
        ("redis://:hunter2#3@cache", "a # in a password is written %23"),
        ("redis://:hunter2%zz@cache", "a % itself is written %25"),
        ("redis://:hunter2@", "a host is missing"), ("redis://cache:hunter2", "a port is not a number from 1 to 65535"),
        ("redis://:hunter2@cache:0", "a port is not a number from 1 to 65535"),
        ("redis://:hunter2@one,two", "redis:// takes one host"),
        ("redis://:hunter2@cache/first", "the database is not a number"),
        ("redis://:hunter2@cache/0?db=1", "the database is given twice"),
        ("redis://:hunter2@cache?timeout=3", "there is no parameter timeout"),
        ("redis://:hunter2@::1", "an IPv6 address needs brackets"),
        ("redis+sentinel://:hunter2@one,two", "the service that the sentinels watch is missing"),
        ("redis+cluster://:hunter2@one,two/3", "a cluster has only database 0"),
        ("unix://:hunter2@", "the path of the socket is missing"),
        ("redis://:hunter2@cache\nredis://:hunter2@other", "contains a line break or another control character"),
    ])
    func `an invalid REDIS_URL prevents the start, from any source`(url: String, words: String) throws {
        try expectRefusal(["REDIS_URL": url], names: "authfcgi: REDIS_URL (environment) ", words)
        let file = try folder.write("redis-url", url + "\n")
        try expectRefusal(["REDIS_URL_FILE": file], names: "authfcgi: REDIS_URL (file \(file)) ", words)
        guard !url.contains("\n") else { return }
        let settings = try folder.write("settings", "REDIS_URL='\(url)'\n")
        try expectRefusal([:], ["--env-file", settings], names: "authfcgi: REDIS_URL (--env-file) ", words)
    }

    @Test func `a short REDIS_SEAL_SECRET prevents the start`() throws {
        let file = try folder.write("secret", "hunter2-15-byte\n")
        for (name, value, source) in [
            ("REDIS_SEAL_SECRET", "hunter2-15-byte", "environment"), ("REDIS_SEAL_SECRET_FILE", file, "file \(file)"),
        ] {
            try expectRefusal(
                [name: value], names: "authfcgi: REDIS_SEAL_SECRET (\(source)) is shorter than 16 bytes")
        }
    }

    @Test(arguments: ["REDIS_SEAL_SECRET", "REDIS_SEAL_SECRET_FILE"])
    func `the secret of REDIS_SEAL_SECRET seals the entries in Redis, also after a restart`(setting: String) throws {
        let redis = try RedisServer(in: folder)
        let secret = "hunter2-seals-of-pods"
        let value = setting.hasSuffix("_FILE") ? try folder.write("seals", secret + "\n") : secret
        let gate = try GateProcess(
            in: folder, server: server, database: database,
            environment: ["REDIS_URL": redis.url, "SESSION_CACHE_ENTRIES": "0", setting: value])
        for _ in 1...2 {
            let token = try #require(SessionToken(try gate.signIn("ann")))
            let client = try RedisClient(redis)
            var entry: [UInt8]?
            try eventually("Redis has the session", log: gate.log) {
                #expect(try gate.check(token.secretText) == 200)
                entry = try client.value(of: "authfcgi:\(token.hash.hex)")
                return entry != nil
            }
            let packed = try server.psql(
                "SELECT encode(keys, 'hex') FROM current_redis_seal_keys()", database: database)
            let bytes = try #require([UInt8](hex: packed.utf8))
            let (sealed, keys) = (try #require(entry), try #require(SealKeys(packed: bytes, secret: Secret(secret))))
            #expect(SnapshotSeal.open(sealed, on: token.hash, with: keys) != nil)
            let alone = try #require(SealKeys(packed: bytes, secret: nil))
            #expect(SnapshotSeal.open(sealed, on: token.hash, with: alone) == nil)
            #expect(try gate.stop() == .code(0))
            try gate.start()
        }
        #expect(!gate.log.contains("hunter2"))
    }

    @Test func `an empty file for REDIS_URL prevents the start`() throws {
        let empty = try folder.write("empty", "\n")
        try expectRefusal(["REDIS_URL_FILE": empty], names: "REDIS_URL_FILE: \(empty) is empty")
        let none = folder.path("none")
        try expectRefusal(["REDIS_URL_FILE": none], names: "REDIS_URL_FILE: \(none) cannot be read")
        let file = try folder.write("url", "redis://:hunter2@cache\n")
        try expectRefusal(
            ["REDIS_URL_FILE": file, "REDIS_URL": "redis://:hunter2@cache"],
            names: "REDIS_URL and REDIS_URL_FILE are both set")
    }

    @Test func `missing or invalid files for TLS prevent the start, and are named`() throws {
        let tls = try TLSFiles(in: folder)
        let text = try folder.write("text.pem", "this is not PEM\n")
        let none = folder.path("none.pem")
        let url = ["REDIS_URL": "rediss://:hunter2@127.0.0.1"]
        for file in [none, text, folder.path] {
            try expectRefusal(url.merging(["REDIS_TLS_CA_FILE": file]) { $1 }, names: file)
            try expectRefusal(
                url.merging(["REDIS_TLS_CERT_FILE": file, "REDIS_TLS_KEY_FILE": tls.clientKey]) { $1 }, names: file)
            try expectRefusal(
                url.merging(["REDIS_TLS_CERT_FILE": tls.clientCertificate, "REDIS_TLS_KEY_FILE": file]) { $1 },
                names: file)
        }
        try expectRefusal(
            url.merging(["REDIS_TLS_CERT_FILE": tls.clientCertificate, "REDIS_TLS_KEY_FILE": tls.key]) { $1 },
            names: tls.key)
        try expectRefusal(
            url.merging(["REDIS_TLS_CERT_FILE": tls.clientCertificate]) { $1 },
            names: "REDIS_TLS_KEY_FILE is not set; a client certificate needs both the certificate and its key")
        try expectRefusal(
            url.merging(["REDIS_TLS_KEY_FILE": tls.clientKey]) { $1 },
            names: "REDIS_TLS_CERT_FILE is not set; a client certificate needs both the certificate and its key")
    }

    @Test func `a file for TLS that is gone later keeps a replaced worker from Redis alone`() throws {
        let tls = try TLSFiles(in: folder)
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: [
                "REDIS_URL": "rediss://:hunter2@127.0.0.1:\(try Endpoint.freePort())",
                "REDIS_TLS_CA_FILE": tls.authority,
            ])
        let token = try gate.signIn("ann")
        try FileManager.default.removeItem(atPath: tls.authority)
        let before = try gate.workers
        for worker in before { kill(worker, SIGKILL) }
        try gate.waitForLog(containing: "this worker does not use Redis: invalid TLS configuration: \(tls.authority)")
        try gate.waitUntilReady()
        #expect(try gate.workers.allSatisfy { !before.contains($0) })
        #expect(try gate.check(token) == 200)
        #expect(try gate.stores == ["postgresql"])
        #expect(!gate.log.contains("CRITICAL"), "\(gate.log)")
    }

    @Test(arguments: ["REDIS_TLS_CA_FILE", "REDIS_TLS_CERT_FILE", "REDIS_TLS_KEY_FILE"])
    func `files for TLS without TLS prevent the start`(name: String) throws {
        let tls = try TLSFiles(in: folder)
        let words = "\(name) is set, but REDIS_URL does not use TLS; change it to rediss://"
        for url in ["redis://:hunter2@cache", "unix:///run/redis.sock", ""] {
            try expectRefusal(["REDIS_URL": url, name: tls.authority], names: words)
        }
        // An invalid URL has no scheme to check the setting against.
        try expectRefusal(
            ["REDIS_URL": "rediss://:hunter2@cache:port", name: tls.authority], names: "a port is not a number")
    }

    @Test func `the start line has the location of Redis, without the password`() throws {
        let socket = folder.path("gate.sock")
        for (url, words) in [
            ("redis://:hunter2@127.0.0.1:1/2", ", Redis in front of it (127.0.0.1:1/2)"),
            ("unix://:hunter2@\(folder.path("no.sock"))", ", Redis in front of it (unix:\(folder.path("no.sock")))"),
            ("rediss://ann:hunter2@127.0.0.1:1", ", Redis in front of it (127.0.0.1:1/0 with TLS)"),
            (
                "redis+sentinel://:hunter2@127.0.0.1:1,127.0.0.1:2/main",
                ", Redis in front of it (service main by sentinels 127.0.0.1:1, 127.0.0.1:2)"
            ),
            (
                "redis+cluster://:hunter2@127.0.0.1:1,127.0.0.1:2",
                ", Redis in front of it (cluster 127.0.0.1:1, 127.0.0.1:2)"
            ), ("", ""),
        ] {
            let gate = try GateProcess(
                in: folder, name: "start", server: server, database: database, workers: 1,
                environment: ["REDIS_URL": url, "LISTEN": "unix:\(socket)"], waits: false)
            try gate.waitForLog(containing: "INFO: Using database for session storage")
            let start = try #require(gate.log.split(separator: "\n").last { $0.contains(": 1 worker on ") })
            #expect(start.hasSuffix(": 1 worker on unix:\(socket), sessions in PostgreSQL\(words)"), "\(start)")
            #expect(!gate.log.contains("hunter2"))
            #expect(try gate.stop() == .code(0))
            if url.isEmpty { #expect(gate.log.split(separator: "\n").last { $0.contains("Redis") } == nil) }
            try folder.write("start.log", "")
        }
    }
}
