internal import ArgumentParser
internal import EventLoop
internal import Synchronization

/// `authfcgi healthcheck`
struct HealthCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Check that a running 'serve' is ready.",
        discussion: """
            For the health checks of containers and the exec probes of Kubernetes. Requests /readyz on the first \
            socket of LISTEN, as the front would, over FastCGI or HTTP; sockets of http-check are left out. A gate is \
            ready if PostgreSQL has answered it in the last 10 s and it is not shutting down. No other setting is \
            needed. LISTEN is read from --listen, the environment, or the file given with --env-file.

            Exit codes: 0 ready; 1 not ready, with the reason on standard error; 78 LISTEN cannot be used.
            """)

    @Flag(help: "Check only that a worker answers, regardless of the database: for liveness probes.")
    var alive = false

    @Option(help: .init("Time limit of the answer.", valueName: "duration"), transform: PositiveDuration.init(parsing:))
    var timeout = PositiveDuration.healthCheck

    @Flag(help: JSONOutput.flagHelp) var json = false

    @OptionGroup var options: HealthCheckOptions

    func run() throws {
        let (address, isHTTP) = try gateAddress()
        let answer = Answer()
        EventLoop.run {
            let path = alive ? "/healthz" : "/readyz"
            GateRequest(path, isHTTP: isHTTP, at: address, timeout: timeout.duration) {
                answer.set($0)
                EventLoop.stop()
            }.start()
        }
        switch answer.outcome {
        case .answered(status: 200, _):
            let status = alive ? "alive" : "ready"
            try StandardOutput.writeLine(json ? try JSONOutput.object(["status": .text(status)]) : status)
        case .answered(let status, let body):
            throw Self.fail("not \(alive ? "alive" : "ready"): \(Self.message(of: body) ?? "HTTP status \(status)")")
        case .failed(let reason): throw Self.fail("\(address) does not answer: \(reason)")
        case nil: throw Self.fail("\(address) was not asked")
        }
    }

    /// The outcome, set in the event loop and read after its end.
    private final class Answer: Sendable {
        private let value = Mutex<GateRequest.Outcome?>(nil)

        var outcome: GateRequest.Outcome? { value.withLock { $0 } }

        func set(_ outcome: GateRequest.Outcome) { value.withLock { $0 = outcome } }
    }

    /// Returns the address of the gate, and whether it speaks HTTP there.
    private func gateAddress() throws(ExitCode) -> (ServerAddress, isHTTP: Bool) {
        let listen: [ListenAddress]
        do throws(SettingsProblems) {
            listen = try Settings.listen(options.sources)
        } catch {
            StandardError.write(error.description)
            throw ExitCode(SettingsProblems.exitCode)
        }
        guard let address = listen.isEmpty ? ListenAddress.standard : listen.first(where: { $0.kind != .httpCheck })
        else {
            throw CommandFailure.fail(
                "LISTEN has http-check alone, where every path is a check; give another socket: --listen http:unix:PATH",
                code: CommandFailure.configurationCode)
        }
        let isHTTP = address.kind.isHTTP
        switch address.place {
        case .unix(let path): return (.unix(path: path), isHTTP)
        case .ip(let ip, let port):
            // All addresses of the machine include the loopback ones, from which every gate takes connections.
            let host = ip.isAny ? (ip.isIPv4 ? "127.0.0.1" : "::1") : "\(ip)"
            return (.tcp(host: host, port: port), isHTTP)
        case .localhost(let port): return (.tcp(host: "localhost", port: port), isHTTP)
        case .systemd, .standardInput:
            throw CommandFailure.fail(
                "LISTEN names a socket that systemd opens; give its address: --listen unix:PATH",
                code: CommandFailure.configurationCode)
        }
    }

    private static func fail(_ reason: String) -> ExitCode { CommandFailure.fail(reason, code: 1) }

    /// Returns the message in the body of a gate's answer.
    private static func message(of body: String) -> String? {
        struct Refusal: Decodable { let message: String }
        return try? JSONBody.decode(Refusal.self, from: Array(body.utf8), fields: "message").message
    }
}

extension PositiveDuration {
    /// The default. A limit below the 1 s that Kubernetes waits by default would be too short on a busy machine.
    fileprivate static let healthCheck = PositiveDuration(.seconds(3))
}
