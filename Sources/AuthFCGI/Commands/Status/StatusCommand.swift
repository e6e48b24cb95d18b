internal import ArgumentParser
internal import EventLoop

/// `authfcgi status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a running 'serve' does.",
        discussion: """
            One screen: workers, checks a second by outcome and by where the answers came from, latencies, stores, \
            sessions, logins, and what was wrong in the last day. The gate is asked twice, a second apart, on the \
            first socket of AUTHFCGI_LISTEN that is not http-check. No other setting is needed. AUTHFCGI_LISTEN is \
            read from --listen, the environment, or the file given with --env-file.

            With --watch the screen is refreshed until Ctrl-C, also while a gate that has answered is away for a time. With \
            --json it is one JSON object, for programs; with both, one on each line.

            Exit codes: 0 the gate has answered; 1 it has not, with the reason on standard error; 78 AUTHFCGI_LISTEN \
            cannot be used.
            """)

    @Flag(help: "Refresh the screen until Ctrl-C.") var watch = false

    @Option(
        help: .init("Time between two refreshes.", valueName: "duration"),
        transform: PositiveDuration.init(parsing:))
    var interval = PositiveDuration(.seconds(2))

    @Option(help: .init("Time limit of an answer.", valueName: "duration"), transform: PositiveDuration.init(parsing:))
    var timeout = PositiveDuration(.seconds(3))

    @Flag(help: JSONOutput.flagHelp) var json = false

    @OptionGroup var options: HealthCheckOptions

    func run() throws {
        let (address, isHTTP) = try options.gateAddress()
        let view = StatusView(
            gate: GateSocket(address: address, isHTTP: isHTTP, timeout: timeout.duration),
            interval: watch ? interval.duration : nil, isJSON: json)
        let status = ExitStatus()
        EventLoop.run {
            EventLoop.spawn {
                do throws(ExitCode) {
                    try await view.run()
                } catch {
                    status.set(error.rawValue)
                }
                EventLoop.stop()
            }
        }
        if status.code != 0 { throw ExitCode(status.code) }
    }
}
