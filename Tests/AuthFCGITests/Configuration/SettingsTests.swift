import Sessions
import Testing

@testable import AuthFCGI

struct SettingsTests {
    private static let url = "postgresql://app@db/app"

    private static func sources(
        flags: [String: String] = [:], environment: [String: String] = ["DATABASE_URL": url], file: String? = nil,
        files: [String: String] = [:], cores: Int = 8
    ) -> SettingsSources {
        var files = files
        files["settings"] = file
        let all = files
        return SettingsSources(
            flags: flags, environment: environment, environmentFile: file == nil ? nil : "settings",
            host: .init(
                cores: cores,
                readFile: { path throws(TextFileError) in
                    guard let text = all[path] else { throw .notText }
                    return text
                },
                userID: { ["nginx": 101, "www-data": 33][$0] }, groupID: { ["www-data": 33][$0] }))
    }

    private static func problems(_ sources: SettingsSources) -> [String] {
        do throws(SettingsProblems) {
            _ = try Settings(sources)
            return []
        } catch {
            return error.lines
        }
    }

    @Test func `DATABASE_URL suffices, and all other settings have the table's defaults`() throws {
        let settings = try Settings(Self.sources())
        #expect(settings.databaseURL.reveal() == Self.url)
        #expect(settings.databaseSchema == nil)
        #expect(settings.preparesStatements && settings.migrateOnStart)
        #expect(settings.databaseQueryDeadline == .milliseconds(700))
        #expect(settings.listen.isEmpty && settings.listenMode == 0o660)
        #expect(settings.listenGroup == nil && settings.listenPeers == nil)
        #expect(settings.workers == 2 && settings.hashingThreads == 4)
        #expect(settings.sessionLifetime == .seconds(86_400))
        #expect(settings.cookieName == nil && settings.sessionCookie.name == "__Host-session")
        #expect(settings.environment()["AUTHFCGI_LOG_LEVEL"] == "info")
    }

    @Test func `On one core there is one worker with one hashing thread`() throws {
        let settings = try Settings(Self.sources(cores: 1))
        #expect(settings.workers == 1 && settings.hashingThreads == 1)
    }

    @Test func `A flag takes precedence over the environment, and that over the file`() throws {
        let file = "WORKERS=3\nHASHING_MEMORY=33\nLOOKUP_LIMIT=3\n"
        let environment = ["DATABASE_URL": Self.url, "WORKERS": "4", "HASHING_MEMORY": "44"]
        let settings = try Settings(Self.sources(flags: ["WORKERS": "5"], environment: environment, file: file))
        #expect((settings.workers, settings.hashingMemory, settings.lookupLimit) == (5, 44, 3))
    }

    @Test func `An empty value counts as none`() throws {
        let environment = ["DATABASE_URL": Self.url, "WORKERS": "", "DATABASE_URL_FILE": ""]
        #expect(try Settings(Self.sources(environment: environment, file: "WORKERS=3")).workers == 3)
    }

    @Test func `A worker reads the same settings from its environment and the secrets that it gets beside it`() throws {
        let environment = [
            "DATABASE_URL": "postgres+psycopg2://u:p@h/d", "DATABASE_SCHEMA": "gate", "MIGRATE_ON_START": "off",
            "LISTEN":
                "unix:/run/a.sock,[::1]:9000,127.0.0.3:9001,localhost:9002,systemd,fd:0,http:[::]:80,http-check:unix:/h",
            "LISTEN_MODE": "600", "TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::1",
            "LISTEN_GROUP": "www-data", "WORKERS": "7", "HASHING_MEMORY": "300", "HASHING_WAIT": "1500ms",
            "SESSION_LIFETIME": "90m", "LOG_LEVEL": "Debug",
            "USERS_QUERY": "SELECT id,\n  hash AS password_hash FROM t WHERE name = $1", "USERS_QUERY_DEADLINE": "3s",
            "USERS_REHASH": "UPDATE t SET hash = $1 WHERE id = $2", "USERS_PEPPER": "sea salt", "LEGACY_HASHES": "off",
            "USERS_COMPARISON_INTERVAL": "10m", "REDIS_SEAL_SECRET": "0123456789 secret",
        ]
        let settings = try Settings(Self.sources(environment: environment))
        #expect(try Settings(Self.sources(environment: settings.environment())) == settings)
        let passed = WorkerEnvironment.with(
            settings,
            over: [
                "PATH": "/bin", "DATABASE_URL_FILE": "/x", "NOTIFY_SOCKET": "@a", "LISTEN_PID": "1", "PGPASSWORD": "p",
            ])
        #expect(passed["PATH"] == "/bin")
        #expect(passed["DATABASE_URL_FILE"] == nil && passed["NOTIFY_SOCKET"] == nil && passed["LISTEN_PID"] == nil)
        for name in ["DATABASE_URL", "REDIS_URL", "REDIS_SEAL_SECRET", "USERS_PEPPER", "PGPASSWORD"] {
            #expect(passed[name] == nil && passed["AUTHFCGI_" + name] == nil)
        }
        let secrets = WorkerEnvironment.secrets(of: settings, ["PGPASSWORD": "p", "PATH": "/bin"]).values
        let settingNames = ["DATABASE_URL", "REDIS_SEAL_SECRET", "USERS_PEPPER"].map { "AUTHFCGI_" + $0 }
        #expect(Set(secrets.keys) == Set(settingNames + ["PGPASSWORD"]))
        #expect(try Settings(Self.sources(environment: passed.merging(secrets) { $1 })) == settings)
    }

    @Test func `A short secret of seals is refused, and not shown`() throws {
        let right = "0123456789abcdef"
        let environment = ["DATABASE_URL": Self.url, "REDIS_URL": "redis://h", "REDIS_SEAL_SECRET": right]
        let settings = try Settings(Self.sources(environment: environment))
        #expect(settings.redisSealSecret == Secret(right))
        #expect(try RedisConfiguration(settings)?.sealSecret == Secret(right))
        let short = environment.merging(["REDIS_SEAL_SECRET": String(right.dropLast())]) { $1 }
        let problems = #expect(throws: SettingsProblems.self) { try Settings(Self.sources(environment: short)) }
        let text = "\(problems, default: "")"
        #expect(
            text.contains("REDIS_SEAL_SECRET") && text.contains("16 bytes") && !text.contains("0123456789"), "\(text)")
    }

    @Test func `Users query and rehash statement are the operator's or a preset's`() throws {
        var environment = ["DATABASE_URL": Self.url]
        #expect(UsersQuery(try Settings(Self.sources(environment: environment))) == nil)
        environment["USERS_PRESET"] = "Django"
        environment["USERS_REHASH"] = "UPDATE t SET hash = $1 WHERE id = $2 ;\n"
        let settings = try Settings(Self.sources(environment: environment))
        #expect(try Settings(Self.sources(environment: settings.environment())) == settings)
        let query = try #require(UsersQuery(settings))
        #expect(query.sql == UsersPreset.django.sql)
        #expect(query.rehash == "UPDATE t SET hash = $1 WHERE id = $2")
        #expect(query.deadline == .seconds(2))
        #expect(query.name == "USERS_PRESET django")
        environment["USERS_QUERY"] = "SELECT"
        #expect(
            Self.problems(Self.sources(environment: environment))
                == ["USERS_QUERY and USERS_PRESET are both set; remove one"])
        environment["USERS_PRESET"] = nil
        environment["DATABASE_PREPARED_STATEMENTS"] = "off"
        #expect(Self.problems(Self.sources(environment: environment)).count == 1)
        environment["USERS_QUERY"] = nil
        #expect(Self.problems(Self.sources(environment: environment)).count == 2)
        environment["USERS_PRESET"] = "mysql"
        #expect(Self.problems(Self.sources(environment: environment)).count == 2)
    }

    @Test func `Names of users become numbers, only for unix sockets`() throws {
        var environment = ["DATABASE_URL": Self.url, "LISTEN_PEER_UIDS": "nginx, 7", "LISTEN": "unix:/run/a.sock"]
        #expect(try Settings(Self.sources(environment: environment)).listenPeers == [101, 7])
        environment["LISTEN"] = "unix:/run/a.sock,127.0.0.1:9000"
        #expect(Self.problems(Self.sources(environment: environment)).count == 1)
    }

    @Test func `An address open to other machines needs the addresses of the front`() throws {
        var environment = ["DATABASE_URL": Self.url, "LISTEN": "http:0.0.0.0:8080,unix:/run/a.sock"]
        let problems = Self.problems(Self.sources(environment: environment))
        #expect(
            problems.count == 1 && problems[0].hasPrefix("TRUSTED_PROXIES is not set, but LISTEN has http:0.0.0.0:8080")
        )
        environment["TRUSTED_PROXIES"] = "10.0.0.0/8,192.0.2.1"
        let settings = try Settings(Self.sources(environment: environment))
        #expect(settings.trustedProxies.map(\.description) == ["10.0.0.0/8", "192.0.2.1"])
        environment["TRUSTED_PROXIES"] = "10.0.0.1/8,proxy.example"
        #expect(Self.problems(Self.sources(environment: environment)).count == 2)
        environment["LISTEN"] = "http:127.0.0.1:8080,http-check:unix:/run/a.sock"
        environment["TRUSTED_PROXIES"] = nil
        #expect(try Settings(Self.sources(environment: environment)).trustedProxies.isEmpty)
    }

    @Test func `Two protocols cannot share an address`() {
        let environment = ["DATABASE_URL": Self.url, "LISTEN": "unix:/run/a.sock,http:unix:/run/a.sock"]
        #expect(
            Self.problems(Self.sources(environment: environment))
                == ["LISTEN names unix:/run/a.sock twice; remove one"])
    }

    @Test func `All problems are reported at once, with advice`() {
        let problems = Self.problems(
            Self.sources(
                flags: ["WORKERS": "0", "LISTEN": "0.0.0.0:80,/run/x", "LOG_LEVEL": "loud"],
                environment: [
                    "DATABASE_QUERY_DEADLINE": "1s", "COOKIE_NAME": "a b", "LISTEN_MODE": "888", "LISTEN_GROUP": "who",
                    "LISTEN_PEER_UIDS": "me",
                ], file: "WORKRES=1\nnonsense\n"))
        #expect(problems.count == 12)
        #expect(problems.contains { $0.hasPrefix("DATABASE_URL is not set; write postgresql://") })
        #expect(problems.contains("WORKERS (flag) is \"0\"; write a number, 1 to 256"))
        #expect(
            problems.contains(
                "DATABASE_QUERY_DEADLINE (environment) is \"1s\"; write a duration, 10ms to 999ms, such as 700ms"))
        #expect(problems.contains("settings, line 1: unknown setting WORKRES; did you mean WORKERS?"))
        #expect(problems.contains("settings, line 2: not a line of the form NAME=VALUE"))
    }

    @Test func `A secret may be in a file, with one line break at its end`() throws {
        let environment = ["DATABASE_URL_FILE": "/run/secrets/url"]
        for end in ["", "\n", "\r\n"] {
            let sources = Self.sources(environment: environment, files: ["/run/secrets/url": Self.url + end])
            #expect(try Settings(sources).databaseURL.reveal() == Self.url)
        }
        for text in ["", "\n", "mysql://h/d", Self.url + "\n\n"] {
            #expect(Self.problems(Self.sources(environment: environment, files: ["/run/secrets/url": text])).count == 1)
        }
        #expect(Self.problems(Self.sources(environment: environment)).count == 1)
        let halfWritten = Self.problems(
            Self.sources(environment: environment, files: ["/run/secrets/url": "postgre"]))
        #expect(halfWritten.first?.hasPrefix("DATABASE_URL (file /run/secrets/url) ") == true, "\(halfWritten)")
    }

    @Test func `A secret given both directly and by file is a problem`() throws {
        let both = ["DATABASE_URL": Self.url, "DATABASE_URL_FILE": "/x"]
        #expect(
            Self.problems(Self.sources(environment: both))
                == ["DATABASE_URL and DATABASE_URL_FILE are both set (environment); remove one"])
        let over = Self.sources(file: "DATABASE_URL_FILE=/x\n")
        #expect(try Settings(over).databaseURL.reveal() == Self.url)
    }

    @Test func `No problem shows a secret`() {
        let secret = "hunter2"
        for value in ["mysql://u:\(secret)@h/d", "\(secret)", "postgresql://u:\(secret)@h/d\n", "http:\(secret)"] {
            let sources = Self.sources(environment: ["DATABASE_URL": value])
            #expect(!Self.problems(sources).isEmpty)
            #expect(!Self.problems(sources).joined().contains(secret))
        }
        let file =
            "DATABASE_URL='\(secret)\n\(secret)\npostgres://u:\(secret)=@h\nDATABASE_URL=a\nDATABASE_URL=\(secret)"
        let problems = Self.problems(Self.sources(environment: [:], file: file))
        #expect(problems.count == 5)
        #expect(!problems.joined().contains(secret))
    }

    @Test func `The message for people begins with the number of problems`() {
        var problems = SettingsProblems()
        problems.add("a")
        #expect(problems.description == "authfcgi: a\n")
        problems.add("b")
        #expect(problems.description == "authfcgi: 2 problems with the settings:\n  a\n  b\n")
    }
}
