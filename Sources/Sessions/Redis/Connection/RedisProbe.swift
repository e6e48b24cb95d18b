/// The last command of a handshake, which tests that commands on sessions work.
struct RedisProbe: Sendable {
    /// The command by which sessions are requested.
    enum Way: Sendable {
        /// One command per session, as in a cluster: sessions requested together may be stored on several nodes.
        case single
        /// One command for all sessions of a turn.
        case together

        var command: String {
            switch self {
            case .single: "GET"
            case .together: "MGET"
            }
        }
    }

    let command: RedisCommand
    let expectation: RedisExpectation

    init(_ command: RedisCommand, _ way: Way) {
        self.command = command
        expectation =
            switch way {
            case .single: .value
            case .together: .values(1)
            }
    }
}
