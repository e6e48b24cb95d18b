import Sessions
import Testing

@testable import AuthFCGI

/// Secrets in files, which are read again on their own.
struct SecretFileTests {
    private static func host(_ files: [String: String]) -> SettingsSources.Host {
        .init(
            cores: 4,
            readFile: { path throws(TextFileError) in
                guard let text = files[path] else { throw .notText }
                return text
            },
            userID: { _ in nil }, groupID: { _ in nil })
    }

    private static let environment = [
        "DATABASE_URL_FILE": "/database", "AUTHFCGI_REDIS_URL_FILE": "/redis", "AUTHFCGI_USERS_PEPPER": "sea salt",
    ]

    private static func settings(_ files: [String: String]) throws(SettingsProblems) -> Settings {
        try Settings(
            SettingsSources(environment: environment, environmentFile: "/settings", host: host(files)))
    }

    private static let files = [
        "/database": "postgresql://gate:one@db/app\n", "/redis": "redis://:one@cache\n",
        "/settings": "AUTHFCGI_WORKERS=3\n",
    ]

    @Test func `settings know the files of their secrets`() throws {
        let settings = try Self.settings(Self.files)
        #expect(settings.secretFiles.map(\.variable) == ["DATABASE_URL_FILE", "AUTHFCGI_REDIS_URL_FILE"])
        #expect(settings.secretFiles.map(\.path) == ["/database", "/redis"])
        #expect(try Settings(SettingsSources(environment: settings.environment(), host: Self.host([:]))) == settings)
    }

    @Test func `secrets are read again, and all other settings stay as they were`() throws {
        let old = try Self.settings(Self.files)
        var files = Self.files
        #expect(try old.withSecretsReadAgain(Self.host(files)) == old)
        files["/database"] = "postgresql://gate:two@db/app"
        files["/settings"] = "AUTHFCGI_WORKERS=7\n"
        let new = try old.withSecretsReadAgain(Self.host(files))
        #expect(new != old && new.secretFiles == old.secretFiles)
        #expect(new.databaseURL.reveal() == "postgresql://gate:two@db/app")
        #expect(new.workers == 3 && new.usersPepper == Secret("sea salt"))
        #expect(new.redisURL?.url.reveal() == "redis://:one@cache")
    }

    @Test func `a secret that cannot be used is a problem, and is not shown`() throws {
        let old = try Self.settings(Self.files)
        var files = Self.files
        files["/database"] = "hunter2"
        let problems = #expect(throws: SettingsProblems.self) { try old.withSecretsReadAgain(Self.host(files)) }
        #expect(problems?.lines.count == 1 && "\(problems, default: "")".contains("DATABASE_URL"))
        #expect(!"\(problems, default: "")".contains("hunter2"))
    }
}
