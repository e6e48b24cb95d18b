import EventLoop
import Testing

@testable import AuthFCGI

@Suite struct ConnectionStateTests {
    private let limits = ConnectionLimits(requestTimeout: .seconds(5), idleTimeout: .seconds(300))
    private let start = BootInstant(nanoseconds: 0)

    private func later(_ duration: Duration) -> BootInstant { start + duration }

    @Test func `a request that drips does not get more time`() {
        var state = ConnectionState()
        #expect(state.beginReading(at: start, limits) == true)
        #expect(state.beginReading(at: later(.seconds(4)), limits) == false)
        #expect(state.expiry(at: later(.milliseconds(4999))) == nil)
        #expect(state.expiry(at: later(.seconds(5))) == .request)
    }

    @Test func `each request of a kept connection has its own time`() {
        var state = ConnectionState()
        state.becomeIdle(at: start, limits)
        #expect(state.beginReading(at: later(.seconds(299)), limits) == true)
        #expect(state.expiry(at: later(.seconds(303))) == nil)
        #expect(state.expiry(at: later(.seconds(304))) == .request)
    }

    @Test func `a route has all the time that it needs`() {
        var state = ConnectionState()
        #expect(state.beginReading(at: start, limits) == true)
        state.beginAnswering()
        #expect(state.deadline == nil)
        #expect(state.expiry(at: later(.seconds(1_000_000))) == nil)
    }

    @Test func `a peer that takes a response slowly does not get more time`() {
        var state = ConnectionState()
        #expect(state.beginSending(at: start, limits) == true)
        #expect(state.beginSending(at: later(.seconds(4)), limits) == false)
        #expect(state.expiry(at: later(.milliseconds(4999))) == nil)
        #expect(state.expiry(at: later(.seconds(5))) == .response)
        state.beginAnswering()
        #expect(state.expiry(at: later(.seconds(5))) == nil)
    }

    @Test func `an idle connection expires`() {
        var state = ConnectionState()
        state.becomeIdle(at: start, limits)
        #expect(state.expiry(at: later(.seconds(299))) == nil)
        #expect(state.expiry(at: later(.seconds(300))) == .connection)
    }

    @Test func `lingering ends with its bytes or its time`() {
        var state = ConnectionState()
        #expect(state.bytesToDrop == nil)
        state.linger(at: start)
        #expect(state.bytesToDrop == 1 << 20)
        state.drop(1 << 19)
        #expect(state.bytesToDrop == 1 << 19)
        state.drop(1 << 20)
        #expect(state.bytesToDrop == 0)
        #expect(state.expiry(at: later(.milliseconds(1999))) == nil)
        #expect(state.expiry(at: later(.seconds(2))) == .connection)
    }
}
