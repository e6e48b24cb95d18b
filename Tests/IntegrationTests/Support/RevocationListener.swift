import Logging
import Testing

@testable import Sessions

/// A listener for the notifications of a database about revocations, like a worker.
final class RevocationListener {
    private let connection: PostgreSQLConnection

    init(_ url: String) throws {
        connection = try PostgreSQLConnection(url, log: Logger(label: "listener"))
        try connection.introduce(isPooled: false, deadline: .seconds(5))
        try connection.enterSchema(nil, deadline: .seconds(5))
        try connection.listen(deadline: .seconds(5))
        #expect(connection.isListening)
    }

    /// Returns the notifications since the last call, of all transactions that have committed.
    func hear() throws -> [Revocation] {
        // Notifications of earlier commits arrive before the result of this query.
        _ = try connection.query("SELECT 1", deadline: .seconds(5))
        var heard: [Revocation] = []
        while let payload = connection.nextNotification() { heard.append(Revocation(payload: payload)) }
        return heard
    }
}
