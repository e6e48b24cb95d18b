import TestSupport

/// A front with its shipped files before an application that responds with the requests it receives, and a gate.
final class FrontSite: Sendable {
    let front: Front
    let gate: GateProcess
    /// The port of the site.
    let port: UInt16
    private let folder: TestFolder
    private let process: FrontProcess
    private let application: EchoApplication
    private let entry: Endpoint
    private let http2Port: UInt16

    /// Starts the application and the front.
    ///
    /// - Parameters:
    ///   - folder: The folder for the front's files, of no other front.
    ///   - gate: A gate that runs, and listens at `addresses`.
    init(_ front: Front, in folder: TestFolder, before gate: GateProcess, at addresses: GateAddresses) throws {
        self.front = front
        self.folder = folder
        self.gate = gate
        let addresses = try FrontAddresses(gate: addresses)
        application = try EchoApplication(at: .tcp(port: addresses.application))
        port = addresses.site
        entry = .tcp(port: port)
        http2Port = front == .nginx || front == .nginxOverHTTP ? addresses.http2 : addresses.site
        process = try FrontProcess(front, in: folder, at: addresses)
    }

    /// The log of the front.
    var log: String { process.log }

    /// Returns a client of the site that makes a connection for each request.
    func client() -> HTTPClient { HTTPClient(entry, timeout: .seconds(20)) }

    /// Returns a client of the site that speaks HTTP/2.
    func http2Client() -> HTTP2Client { HTTP2Client(port: http2Port) }

    /// Creates a session without a password and returns its token.
    func signIn(_ userID: String = "ann", groups: [String] = []) throws -> String {
        let token = try gate.signIn(userID, groups: groups)
        RunRecord.note(secret: token)
        return token
    }

    /// Starts requests for a protected page, in several threads.
    func load(_ token: String, threads: Int = 4, count: Int? = nil, pause: Duration = .zero) -> LoadGenerator {
        LoadGenerator(
            entry, threads: threads, keepsAlive: false, count: count, pause: pause, timeout: .seconds(20)
        ) { _ in LoadRequest("GET", "/page", headers: [bearer(token)]) }
    }
}
