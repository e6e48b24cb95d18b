import TestSupport

/// A front with its shipped files before an application that responds with the requests it receives, and a gate.
final class FrontSite: Sendable {
    let front: Front
    let gate: GateProcess
    private let folder: TestFolder
    private let process: FrontProcess
    private let application: EchoApplication
    private let entry: Endpoint

    /// Starts the gate, the application and the front.
    ///
    /// - Parameter server: The server of the gate's database, or nil for a new database of the shared one.
    init(_ front: Front, server: PostgreSQLServer? = nil) throws {
        self.front = front
        let folder = try TestFolder()
        self.folder = folder
        let addresses = try FrontAddresses(in: folder)
        let listen = ["LISTEN": addresses.listen]
        if let server {
            gate = try GateProcess(in: folder, server: server, environment: listen)
        } else {
            let (shared, database) = try SharedServers.newDatabase()
            gate = try GateProcess(in: folder, server: shared, database: database, environment: listen)
        }
        application = try EchoApplication(at: .tcp(port: addresses.application))
        entry = .tcp(port: addresses.site)
        process = try FrontProcess(front, in: folder, at: addresses)
    }

    deinit {
        RunRecord.keep(["the gate behind \(front.rawValue)": gate.log])
    }

    /// The log of the front.
    var log: String { process.log }

    /// Returns a client of the site that makes a connection for each request.
    func client() -> HTTPClient { HTTPClient(entry, timeout: .seconds(20)) }

    /// Creates a session without a password and returns its token.
    func signIn(_ userID: String = "ann", groups: [String] = []) throws -> String {
        let token = try gate.signIn(userID, groups: groups)
        RunRecord.note(secret: token)
        return token
    }

    /// Starts requests for a protected page, in several threads.
    func load(_ token: String, threads: Int = 4, count: Int? = nil) -> LoadGenerator {
        LoadGenerator(entry, threads: threads, keepsAlive: false, count: count, timeout: .seconds(20)) { _ in
            LoadRequest("GET", "/page", headers: [bearer(token)])
        }
    }
}
