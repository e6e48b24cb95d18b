import Sessions
import Testing

/// The reasons of a store, as they are read in logs.
struct SessionStoreErrorTests {
    @Test(
        arguments: [
            (.invalid("a session id is a UUID"), "a session id is a UUID"), (.unavailable("away"), "away"),
            (.readOnly, "PostgreSQL is read-only"), (.overloaded, "too many look-ups are waiting"),
        ] as [(SessionStoreError, String)])
    func `an error is described in plain words`(_ error: SessionStoreError, _ words: String) {
        #expect("\(error)" == words)
    }
}
