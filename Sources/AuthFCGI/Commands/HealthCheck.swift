internal import ArgumentParser
internal import EventLoop
internal import Synchronization

/// `authfcgi healthcheck`
struct HealthCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Ask a running 'serve' whether it is ready.",
        discussion: """
            For the health checks of containers and the exec probes of Kubernetes. Asks for /readyz on the first socket \
            of LISTEN, as nginx would: ready is who has heard from PostgreSQL in the last 10 s, and is not about to end. \
            It needs no other setting.

            Exit codes: 0 it is, 1 it is not, and standard error says why, 78 LISTEN cannot be asked.
            """)

    @Flag(help: "Ask only whether a worker answers, whatever the database does: for liveness probes.")
    var alive = false

    @Option(help: .init("How long to wait for the answer.", valueName: "duration"))
    var timeout = PositiveDuration.healthCheck

    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws(ExitCode) {
        let address = try address()
        let answer = Answer()
        EventLoop.run {
            FastCGIClientRequest(alive ? "/healthz" : "/readyz", at: address, timeout: timeout.duration) {
                answer.set($0)
                EventLoop.stop()
            }.start()
        }
        switch answer.outcome {
        case .answered(status: 200, _): print(alive ? "alive" : "ready")
        case .answered(let status, let body):
            throw Self.fail("not \(alive ? "alive" : "ready"): \(Self.message(of: body) ?? "the answer was \(status)")")
        case .failed(let reason): throw Self.fail("\(address) does not answer: \(reason)")
        case nil: throw Self.fail("\(address) was not asked")
        }
    }

    /// What the loop leaves for the code that runs after it.
    private final class Answer: Sendable {
        private let value = Mutex<FastCGIClientRequest.Outcome?>(nil)

        var outcome: FastCGIClientRequest.Outcome? { value.withLock { $0 } }

        func set(_ outcome: FastCGIClientRequest.Outcome) { value.withLock { $0 = outcome } }
    }

    private func address() throws(ExitCode) -> ServerAddress {
        let listen: [ListenAddress]
        do throws(SettingsProblems) {
            listen = try Settings.listen(options.sources)
        } catch {
            StandardError.write(error.description)
            throw ExitCode(SettingsProblems.exitCode)
        }
        switch listen.first ?? .standard {
        case .unix(let path): return .unix(path: path)
        case .ipv4(let bytes, let port): return .tcp(host: bytes.map { "\($0)" }.joined(separator: "."), port: port)
        case .ipv6(let port): return .tcp(host: "::1", port: port)
        case .localhost(let port): return .tcp(host: "localhost", port: port)
        case .systemd, .standardInput:
            throw CommandFailure.fail(
                "LISTEN names a socket that systemd opens; say where it is: --listen unix:PATH",
                code: CommandFailure.configurationCode)
        }
    }

    private static func fail(_ reason: String) -> ExitCode { CommandFailure.fail(reason, code: 1) }

    /// What an answer of the gate says for people.
    private static func message(of body: String) -> String? {
        struct Refusal: Decodable { let message: String }
        return try? JSONBody.decode(Refusal.self, from: Array(body.utf8), fields: "message").message
    }
}

extension PositiveDuration {
    /// Less than the second that Kubernetes waits unless told otherwise would be too little on a busy machine.
    fileprivate static let healthCheck = PositiveDuration(.seconds(3))
}
