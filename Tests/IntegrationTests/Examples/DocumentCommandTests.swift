import TestSupport
import Testing

/// The commands of README and docs print what the documents say.
@Suite(.serialized, .leavesCleanLogs) struct DocumentCommandTests {
    /// The pages with commands. Those of docs/operations.md are also for `GuideTests`.
    private static let paths = [
        "README.md", "docs/commands.md", "docs/fronts.md", "docs/getting-started.md", "docs/http-api.md", "docs/log.md",
        "docs/nginx.md", "docs/operations.md", "docs/pages.md", "docs/redis.md", "docs/scaling.md", "docs/security.md",
        "docs/sessions.md", "docs/settings.md", "docs/sql.md", "docs/upgrade.md", "docs/users.md",
    ]

    /// Returns the commands of a page that are run here. What operations.md has in bash and SQL needs pods that are
    /// stopped meanwhile.
    private static func steps(of path: String) throws -> [DocumentStep] {
        let page = try MarkdownPage(path, in: Repository.path(""))
        let steps = DocumentStep.steps(of: page)
        return path == "docs/operations.md" ? steps.filter { $0.output != nil } : steps
    }

    @Test(arguments: paths) func `the commands of a page print what it says`(path: String) throws {
        let folder = try TestFolder()
        let postgreSQL = try PostgreSQLServer(in: folder)
        let redis = try path == "docs/redis.md" ? RedisServer(in: folder) : nil
        let environment = redis.map { ["REDIS_URL": $0.url] } ?? [:]
        let pod = try Pod(
            in: folder, name: "pod", server: postgreSQL, environment: environment,
            extra: "server { listen unix:@PREFIX@/check.sock; include authfcgi/forward-auth.conf; }",
            listeners: ["check"])
        if redis != nil {
            try eventually("Redis is in use", log: pod.gate.log) { try pod.gate.stores == ["redis", "postgresql"] }
        }
        // The user of deploy/local/up.
        if path == "README.md" { try pod.gate.addUser("test", password: "test") }
        let shell = try DocumentShell(
            in: folder, pod: pod, database: postgreSQL.url(database: "postgres"), redisURL: redis?.url)
        let steps = try Self.steps(of: path)
        #expect(!steps.isEmpty)
        for problem in try shell.problems(of: steps) { Issue.record("\(path): \(problem)") }
    }

    @Test func `the list above has every page with commands`() throws {
        let pages = try MarkdownPage.paths(in: Repository.path("")).filter { path in
            guard path == "README.md" || path.hasPrefix("docs/") else { return false }
            return try !Self.steps(of: path).isEmpty
        }
        #expect(pages == Self.paths.sorted())
    }

    @Test func `blocks of code have a language that says what becomes of them`() throws {
        let languages: Set = ["console", "bash", "sql", "nginx http", "nginx server", "nginx location", "swift"]
        let examples: Set = ["python", "php", "js"]
        for path in try MarkdownPage.paths(in: Repository.path("")) where path.hasPrefix("docs/") {
            for block in try MarkdownPage(path, in: Repository.path("")).blocks {
                let isKnown = languages.contains(block.language) || examples.contains(block.language)
                #expect(isKnown, "\(path): \(block.language)")
            }
        }
    }
}
