import EventLoop
import Testing

@testable import Sessions

/// The dialogue without a connection: commands, replies, and the end.
@Suite struct RedisDialogueTests {
    private static let deadline = Duration.milliseconds(50)
    private let start = BootInstant.now

    /// Returns a dialogue whose handshake is ROLE and the probe.
    private func dialogue(steps mustBePrimary: Bool = true) -> RedisDialogue<String> {
        let location = RedisLocation(
            deployment: .server(.unix(path: "/r")), credentials: nil, database: 0, usesTLS: false)
        let probe = RedisKeySpace(prefix: "authfcgi:").probe(.single)
        return RedisDialogue(
            RedisHandshake(location, probe: probe, mustBePrimary: mustBePrimary), deadline: Self.deadline)
    }

    private static let primary = RedisReply.array([.string(Array("master".utf8)), .integer(0), .array([])])

    /// Returns a dialogue after its handshake.
    private func ready() throws -> RedisDialogue<String> {
        var dialogue = dialogue()
        _ = dialogue.opened()
        for reply in [Self.primary, .null] {
            dialogue.ask(.anything, "step", at: start)
            _ = try dialogue.take(reply)
            _ = try dialogue.takeStep(reply)
        }
        #expect(dialogue.phase == .ready)
        return dialogue
    }

    private func isStep(_ advance: RedisDialogue<String>.Advance?, _ words: String) -> Bool {
        guard case .send(let step) = advance else { return false }
        return String(decoding: step.command.bytes, as: UTF8.self).contains(words)
    }

    @Test func `the handshake proceeds step by step, and then commands on sessions are allowed`() throws {
        var dialogue = dialogue()
        #expect(dialogue.phase == .opening)
        #expect(isStep(dialogue.opened(), "ROLE"))
        #expect(dialogue.phase == .handshaking(step: 0))
        dialogue.ask(.anything, "role", at: start)
        let role = try dialogue.take(Self.primary)
        #expect(role.answers == "role" && !role.proves)
        #expect(isStep(try dialogue.takeStep(Self.primary), "GET"))
        dialogue.ask(.anything, "probe", at: start)
        #expect(try !dialogue.take(.null).proves)
        guard case .becomeReady = try dialogue.takeStep(.null) else {
            Issue.record("not ready after the last step")
            return
        }
        #expect(dialogue.phase == .ready)
    }

    @Test func `an invalid reply to a step ends the handshake with the reason`() throws {
        var dialogue = dialogue()
        _ = dialogue.opened()
        dialogue.ask(.anything, "role", at: start)
        let replica = RedisReply.array([
            .string(Array("slave".utf8)), .string([]), .integer(1), .string([]), .integer(0),
        ])
        _ = try dialogue.take(replica)
        #expect(throws: RedisError.refused("the server is a replica")) { try dialogue.takeStep(replica) }
        #expect(dialogue.phase == .handshaking(step: 0))
    }

    @Test func `only the first reply after the handshake proves the server`() throws {
        var dialogue = try ready()
        dialogue.ask(.value, "first", at: start)
        dialogue.ask(.value, "second", at: start)
        let first = try dialogue.take(.null)
        let second = try dialogue.take(.string([1]))
        #expect(first.answers == "first" && first.proves)
        #expect(second.answers == "second" && !second.proves)
        #expect(dialogue.phase == .proven)
    }

    @Test func `an unexpected reply fails all pending commands`() throws {
        var dialogue = try ready()
        #expect(throws: RedisError.confusion("unexpected reply without a pending command")) { try dialogue.take(.null) }
        dialogue.ask(.value, "one", at: start)
        dialogue.ask(.value, "two", at: start)
        #expect(throws: RedisError.confusion("unexpected type of reply")) {
            try dialogue.take(.integer(1))
        }
        // The handler of the mismatched reply is among those that fail.
        let ended = dialogue.end()
        #expect(try #require(ended).open == ["one", "two"])
        #expect(dialogue.phase == .ended)
    }

    @Test func `the deadline is that of the oldest pending command`() throws {
        var dialogue = try ready()
        #expect(dialogue.nextDeadline == nil)
        dialogue.ask(.value, "one", at: start)
        dialogue.ask(.value, "two", at: start + .milliseconds(7))
        #expect(dialogue.nextDeadline == start + Self.deadline)
        _ = try dialogue.take(.null)
        #expect(dialogue.nextDeadline == start + .milliseconds(7) + Self.deadline)
        _ = try dialogue.take(.null)
        #expect(dialogue.nextDeadline == nil)
    }

    @Test func `it ends once, and was idle only if ready without pending commands`() throws {
        var opening = dialogue()
        let endOfOpening = opening.end()
        #expect(try #require(endOfOpening).wasIdle == false)
        var idle = try ready()
        let endOfIdle = idle.end()
        #expect(try #require(endOfIdle).wasIdle)
        #expect(idle.end() == nil)
        #expect(!idle.mayAsk)
        var busy = try ready()
        busy.ask(.value, "one", at: start)
        let endOfBusy = busy.end()
        #expect(try #require(endOfBusy).wasIdle == false)
    }

    @Test func `a close before the first reply is recognised`() throws {
        var dialogue = dialogue()
        #expect(!dialogue.wasRejectedUnheard)
        _ = dialogue.opened()
        #expect(dialogue.wasRejectedUnheard)
        dialogue.ask(.anything, "role", at: start)
        _ = try dialogue.take(Self.primary)
        #expect(!dialogue.wasRejectedUnheard)
    }

    @Test func `the number of pending commands is limited`() throws {
        var dialogue = try ready()
        for number in 0..<10_000 {
            #expect(dialogue.mayAsk)
            dialogue.ask(.value, "\(number)", at: start)
        }
        #expect(!dialogue.mayAsk)
        _ = try dialogue.take(.null)
        #expect(dialogue.mayAsk)
    }
}
