/// The question with which a handshake ends.
struct RedisProbe: Sendable {
    /// How a server is asked for sessions.
    enum Way: Sendable {
        /// For one at a time, as in a cluster: sessions that are asked for together may lie on several servers.
        case single
        /// For all of a turn by one command.
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
