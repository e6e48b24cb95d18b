import TestSupport

/// A gate shared by suites whose tests do not change its state. User ann has the password `correct horse`.
enum SharedGate {
    private static let started = Result { () throws -> GateProcess in
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(in: SharedServers.folder.get(), name: "shared", server: server, database: database)
        try gate.addUser("ann", password: "correct horse", groups: ["staff"])
        return gate
    }

    static func get() throws -> GateProcess { try started.get() }
}
