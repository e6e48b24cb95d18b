import Testing

@testable import AuthFCGI

struct WorkerSecretsTests {
    @Test(arguments: [
        [:], ["DATABASE_URL": "postgresql://u:p=q@h/d"],
        ["A": "", "B": "ü🔑\n=", "C": String(repeating: "x", count: 100_000)],
    ])
    func `a worker reads what the supervisor has written`(values: [String: String]) throws {
        #expect(try WorkerSecrets(reading: WorkerSecrets(values).write()).values == values)
    }

    @Test func `a worker gets the operator's pages as they were accepted`() throws {
        let pages = PagesFolder(
            templates: ["signed-out": "<p a=\"b\">\n=ü\0</p>", "empty": ""],
            languages: ["pt-BR": #"{"signIn": "Entrar"}"#])
        #expect(pages.templates["signed-out"]?.hasSuffix("\u{fffd}</p>") == true)
        let values = pages.passed.merging(["DATABASE_URL": "postgresql://h/d"]) { $1 }
        #expect(try PagesFolder(passed: WorkerSecrets(reading: WorkerSecrets(values).write()).values) == pages)
        #expect(PagesFolder(passed: ["DATABASE_URL": "x"]) == .empty)
    }
}
