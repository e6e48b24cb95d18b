import Testing

@testable import Sessions

/// Printing a configuration never shows a connection string.
struct SecretTests {
    private static let password = "hunter2"
    private let configuration: SessionStore.Configuration

    init() throws {
        configuration = SessionStore.Configuration(
            postgreSQL: .init(url: "postgresql://app:hunter2@db/app"),
            redis: RedisConfiguration(location: try RedisLocation(parsing: "redis://:hunter2@cache/0")))
    }

    @Test func `a configuration that is dumped or interpolated shows no password`() {
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(dumped.contains("lookUpDeadline") && dumped.contains(Secret.shown))
        for text in [dumped, "\(configuration)", String(reflecting: configuration), "\(configuration.postgreSQL.url)"] {
            #expect(!text.contains(Self.password), "\(text)")
        }
    }

    @Test func `reveal returns the hidden text`() {
        #expect(configuration.postgreSQL.url.reveal().contains(Self.password))
        #expect(Secret("a") == "a" && Secret("a") != "b")
    }
}
