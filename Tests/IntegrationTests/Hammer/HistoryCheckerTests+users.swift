import TestSupport
import Testing

// Ends of all of a user's sessions.
extension HistoryCheckerTests {
    @Test func `a logout of all sessions counts for the other ones from its acknowledgement on`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let acts = [other, Self.event(.logoutEverywhere, of: 2, at: 100...200)]
        Self.expectBroken(acts, Self.event(.check, at: 1201...1202))
        Self.expectLegal(acts, Self.event(.check, at: 1200...1202))
        Self.expectLegal(acts, Self.event(.check, .refused, at: 101...102))
        Self.expectBroken(acts, Self.event(.check, .refused, at: 50...60))
    }

    @Test func `a logout of all sessions with a token that may have ended may leave the others`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let everywhere = Self.event(.logoutEverywhere, of: 2, at: 100...200)
        for rival in [
            Self.event(.logout, .cannotTell, of: 2, at: 30...40), Self.event(.adminRevoke, of: 2, at: 150...300),
        ] {
            Self.expectLegal([other, rival, everywhere], Self.event(.check, at: 5000...5001))
            Self.expectLegal([other, rival, everywhere], Self.event(.check, .refused, at: 5000...5001))
            // Its own session has ended all the same.
            Self.expectBroken([other, rival, everywhere], Self.event(.check, of: 2, at: 1301...1302))
        }
        // An end that began afterwards, or of another session alone, does not change that.
        for rival in [Self.event(.adminRevoke, of: 2, at: 200...300), Self.event(.logout, .failed, of: 3, at: 30...40)]
        {
            Self.expectBroken([other, rival, everywhere], Self.event(.check, at: 1201...1202))
        }
    }

    @Test func `the end of a user's other sessions leaves the one that asked for it`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let acts = [other, Self.event(.logoutOthers, of: 2, at: 100...200)]
        Self.expectBroken(acts, Self.event(.check, at: 1201...1202))
        Self.expectLegal(acts, Self.event(.check, .refused, at: 101...102))
        Self.expectLegal(acts, Self.event(.check, of: 2, at: 5000...5001))
        Self.expectBroken(acts, Self.event(.check, .refused, of: 2, at: 5000...5001))
        // The same request before, without a clear answer, changes nothing.
        let again = [Self.event(.logoutOthers, .cannotTell, of: 2, at: 50...60)]
        Self.expectBroken(acts + again, Self.event(.check, at: 1201...1202))
        Self.expectBroken(acts + again, Self.event(.check, .refused, of: 2, at: 5000...5001))
        // If the session that asked had ended before, the others may go on.
        let ended = [Self.event(.adminRevoke, of: 2, at: 30...40)]
        Self.expectLegal(acts + ended, Self.event(.check, at: 5000...5001))
    }

    @Test func `the end of everybody's sessions counts for all`() {
        let all = Self.event(.adminRevokeAll, of: nil, user: -1, at: 100...200)
        Self.expectBroken([all], Self.event(.check, at: 1201...1202))
        Self.expectLegal([all], Self.event(.check, .refused, at: 101...102))
        Self.expectBroken([all], Self.event(.check, .refused, at: 50...99))
        let unsure = Self.event(.adminRevokeAll, .failed, of: nil, user: -1, at: 100...200)
        Self.expectLegal([unsure], Self.event(.check, at: 5000...5001))
        Self.expectLegal([unsure], Self.event(.check, .refused, at: 5000...5001))
        // It may have ended a session that ends the others.
        let others = [Self.event(.login, of: 2, at: 0...20), Self.event(.logoutOthers, of: 2, at: 300...400), unsure]
        Self.expectLegal(others, Self.event(.check, at: 5000...5001))
    }

    @Test func `a login beside the end of all of a user's sessions may go either way`() {
        for end in [HistoryEvent.Operation.logoutEverywhere, .adminRevokeUser] {
            let first = Self.event(.login, of: 2, at: 0...5)
            let revocation = Self.event(end, of: end == .adminRevokeUser ? nil : 2, at: 5...9)
            Self.expectLegal([first, revocation], Self.event(.check, at: 5000...5001))
            Self.expectLegal([first, revocation], Self.event(.check, .refused, at: 5000...5001))
        }
    }

    @Test func `a login after the end of all of a user's sessions counts`() {
        let (first, later) = (Self.event(.login, of: 2, at: 0...5), Self.event(.login, .accepted, of: 3, at: 200...210))
        for end in [HistoryEvent.Operation.logoutEverywhere, .adminRevokeUser] {
            var revocation = Self.event(end, of: end == .adminRevokeUser ? nil : 2, at: 100...200)
            let refused = Self.event(.check, .refused, of: 3, at: 5000...5001)
            #expect(Self.violations([first, later, revocation, refused]).map(\.check) == [refused])
            revocation.end = .milliseconds(201)
            #expect(Self.violations([first, later, revocation, refused]) == [])
            // Unacknowledged, it may still be waiting somewhere to be carried out.
            revocation.result = .failed
            #expect(Self.violations([first, later, revocation, refused]) == [])
        }
    }
}
