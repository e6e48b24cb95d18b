internal import ArgumentParser
internal import EventLoop
internal import Synchronization

/// `authfcgi healthcheck`
struct HealthCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Check that a running 'serve' is ready.",
        discussion: """
            For the health checks of containers and the exec probes of Kubernetes. Requests /readyz on the first \
            socket of AUTHFCGI_LISTEN, as the front would, over FastCGI or HTTP; sockets of http-check are left out. A \
            gate is ready if PostgreSQL has answered it in the last 10 s and it is not shutting down. No other setting \
            is needed. AUTHFCGI_LISTEN is read from --listen, the environment, or the file given with --env-file.

            Exit codes: 0 ready; 1 not ready, with the reason on standard error; 78 AUTHFCGI_LISTEN cannot be used.
            """)

    @Flag(help: "Check only that a worker answers, regardless of the database: for liveness probes.")
    var alive = false

    @Option(help: .init("Time limit of the answer.", valueName: "duration"), transform: PositiveDuration.init(parsing:))
    var timeout = PositiveDuration.healthCheck

    @Flag(help: JSONOutput.flagHelp) var json = false

    @OptionGroup var options: HealthCheckOptions

    func run() throws {
        let (address, isHTTP) = try options.gateAddress()
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

    private static func fail(_ reason: String) -> ExitCode {
        CommandFailure.fail(reason, code: ProgramExit.refusal.rawValue)
    }

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
