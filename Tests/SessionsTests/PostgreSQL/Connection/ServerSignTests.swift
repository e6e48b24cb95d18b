import EventLoop
import Testing

@testable import Sessions

/// What the failure of an attempt to connect says about the server. Times are milliseconds.
@Suite struct ServerSignTests {
    private typealias Progress = ConnectionAttempt.Progress

    private func time(_ milliseconds: Int64) -> BootInstant { BootInstant(nanoseconds: milliseconds * 1_000_000) }

    private func sign(_ error: PostgreSQLError, after progress: Progress) -> ServerSign {
        error.sign(after: progress, at: time(1000))
    }

    @Test func `a lost connection is an answer only if the server has sent something`() {
        let lost = PostgreSQLError.connection("server closed the connection unexpectedly")
        #expect(sign(lost, after: .heard(time(900))) == .answer)
        #expect(sign(lost, after: .asked(time(990))) == .silence)
        #expect(sign(lost, after: .unsent) == .silence)
    }

    @Test func `a deadline counts only if a server was asked some time before and has sent nothing`() {
        #expect(sign(.deadline, after: .asked(time(900))) == .silence)
        #expect(sign(.deadline, after: .asked(time(901))) == .nothing)
        #expect(sign(.deadline, after: .unsent) == .nothing)
        #expect(sign(.deadline, after: .heard(time(100))) == .nothing)
    }

    @Test func `failures of this process's own say nothing`() {
        for progress in [.unsent, .asked(time(0)), .heard(time(0))] as [Progress] {
            #expect(sign(.unsent("all threads for connecting are taken"), after: progress) == .nothing)
            #expect(sign(.replacement("for a reason"), after: progress) == .nothing)
        }
    }

    @Test func `the error of a server is an answer unless it starts, stops or has lost its own server`() {
        let signs = ["57P03", "57P02", "57P01", "57P05", "55P03", "42501", "08006"].map {
            sign(.server(SQLState($0), "text"), after: .heard(time(900)))
        }
        #expect(signs == [.silence, .silence, .answer, .answer, .answer, .answer, .answer])
        let pooler = PostgreSQLError.server(SQLState("08P01"), "server login has been failing, try again later")
        #expect(sign(pooler, after: .heard(time(900))) == .silence)
        #expect(sign(.refused("no"), after: .unsent) == .answer)
        #expect(sign(.notReady("no tables"), after: .heard(time(900))) == .answer)
    }
}
