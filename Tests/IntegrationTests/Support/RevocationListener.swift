import Logging
import Testing

@testable import Sessions

/// Listens, as workers do, to what a database tells of revocations.
final class RevocationListener {
    private let connection: PostgreSQLConnection

    init(_ url: String) throws {
        connection = try PostgreSQLConnection(url, log: Logger(label: "listener"))
        try connection.introduce(isPooled: false, deadline: .seconds(5))
        try connection.listen(in: Schema(nil), deadline: .seconds(5))
        #expect(connection.isListening)
    }

    /// What was told since the last call, by all transactions that have committed.
    func hear() throws -> [Revocation] {
        // Notifications of what committed before come ahead of this one's answer.
        _ = try connection.query("SELECT 1", deadline: .seconds(5))
        var heard: [Revocation] = []
        while let payload = connection.nextNotification() { heard.append(Revocation(payload: payload)) }
        return heard
    }
}
