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
}
