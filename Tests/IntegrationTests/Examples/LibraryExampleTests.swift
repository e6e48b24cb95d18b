import FoundationEssentials
import Logging
import Sessions
import TestSupport
import Testing

/// The example of docs/library.md and of the library's own documentation, unchanged except for the two addresses.
struct LibraryExampleTests {
    private static let addresses = [
        ("\"postgresql:///app\"", "database"), ("\"redis://localhost:6379/0\"", "nowhere"),
    ]

    @Test func `the example of the document creates a session that the gate accepts, and ends it`() async throws {
        let (server, name) = try SharedServers.newDatabase()
        let folder = try TestFolder()
        // Also creates the tables.
        let gate = try GateProcess(in: folder, server: server, database: name, workers: 1)
        let (database, nowhere) = (Secret(server.url(database: name)), "unix://\(folder.path("no-redis.sock"))")

        var configuration = SessionStore.Configuration(postgreSQL: .init(url: database))
        configuration.redis = RedisConfiguration(location: try RedisLocation(parsing: nowhere))
        let store = await SessionStore(configuration, log: Logger(label: "app"))
        await store.start()
        let invented = try #require(SessionToken("afs_" + String(repeating: "A", count: 54)))
        try await eventually("the store has connected") {
            do {
                return try await store.session(for: invented) == nil
            } catch SessionStoreError.unavailable {
                return false
            }
        }
        let (token, session) = try await store.createAccessToken(for: Identity(userID: "42", username: "ann"))
        let current = try await store.session(for: token)
        #expect(current?.id == session.id && current?.identity == session.identity)
        #expect(SessionToken(token.secretText)?.secretText == token.secretText)
        let headers = [("REQUEST_METHOD", "GET"), ("HTTP_AUTHORIZATION", "Bearer \(token.secretText)")]
        let asked = {
            try FastCGIClient.request(gate.endpoint, parameters: [("SCRIPT_NAME", "/auth/verify")] + headers)
        }
        #expect(try asked().status == 200)
        try await store.revoke(token)
        #expect(try await store.session(for: token) == nil)
        try eventually("the gate refuses it", within: .seconds(1)) { try asked().status == 401 }
        await store.shutDown()
    }

    @Test(arguments: ["docs/library.md", "Sources/Sessions/Sessions.docc/Sessions.md"])
    func `the documents show the lines of the test above`(path: String) throws {
        let page = try MarkdownPage(path, in: Repository.path(""))
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let block = try #require(page.blocks.first { $0.language == "swift" }).lines
        #expect(block.contains { $0.contains("createAccessToken(") })
        for line in block {
            var code = String(line.split(separator: "   //", maxSplits: 1, omittingEmptySubsequences: false)[0])
            while code.last == " " { code.removeLast() }
            for (shown, here) in Self.addresses { code = code.replacing(shown, with: here) }
            #expect(source.contains(code), "\(line)")
        }
    }
}
