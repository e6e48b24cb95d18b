import TestSupport

/// All fronts, each with its shipped files and an application, before one gate whose database has a server of its own.
final class FrontRow: HasLogs {
    let server: PostgreSQLServer
    let gate: GateProcess
    let sites: [FrontSite]

    init() throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let addresses = try GateAddresses(in: folder)
        let gate = try GateProcess(in: folder, server: server, environment: ["LISTEN": addresses.listen])
        self.server = server
        self.gate = gate
        sites = try concurrently(Front.allCases) { front in
            try FrontSite(front, in: TestFolder(), before: gate, at: addresses)
        }
        RunRecord.watch(self)
    }

    var logs: [String: String] { ["the gate behind all fronts": gate.log] }

    /// Returns the site of a front.
    func site(_ front: Front) throws -> FrontSite {
        guard let site = sites.first(where: { $0.front == front }) else {
            throw SupportError.unexpected("there is no \(front.rawValue)", log: "")
        }
        return site
    }

    /// Creates a session without a password and returns its token, after each front has let it through.
    func signIn() throws -> String {
        let token = try gate.signIn("ann")
        RunRecord.note(secret: token)
        for site in sites {
            let status = try site.client().get("/page", headers: [bearer(token)]).status
            guard status == 200 else {
                throw SupportError.unexpected("\(site.front.rawValue): status \(status)", log: site.log)
            }
        }
        return token
    }

    /// Waits until the session counts again behind each front.
    func waitForSession(_ token: String) throws {
        for site in sites {
            try eventually(
                "the session counts again behind \(site.front.rawValue)", within: .seconds(20), log: gate.log + site.log
            ) { try site.client().get("/page", headers: [bearer(token)]).status == 200 }
        }
    }
}
