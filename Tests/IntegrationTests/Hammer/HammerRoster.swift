import Synchronization
import TestSupport

/// The sessions of a run, as far as the clients know: what there is to check and to end.
final class HammerRoster: Sendable {
    /// One that somebody got a token for.
    struct Entry: Sendable {
        let number: Int
        let user: User
        let token: String
    }

    struct User: Sendable {
        let number: Int
        let id: String
        /// Who signs in with a password has a name.
        var name: String?
    }

    /// An end that was not acknowledged: it is to be asked for again.
    struct Unfinished: Sendable {
        let entry: Entry
        let since: Duration
    }

    fileprivate struct Contents {
        var users: [User] = []
        var accounts: [User] = []
        var userCount = 0
        var sessionCount = 0
        var all: [Entry] = []
        var live: [Entry] = []
        /// Those that somebody has begun to end, the latest last.
        var ended: [Entry] = []
        var unfinished: [Unfinished] = []
    }

    private let contents = Mutex(Contents())

    /// How many sessions there are to be at a time.
    static let liveCount = 60
    /// Sessions share users, so that ending all of a user's concerns some.
    private static let userCount = 25

    /// - Parameter accounts: who can sign in with a password: their names by their ids.
    init(accounts: [String: String]) {
        contents.withLock { contents in
            for (id, name) in accounts.sorted(by: { $0.value < $1.value }) {
                contents.accounts.append(User(number: contents.userCount, id: id, name: name))
                contents.userCount += 1
            }
            while contents.users.count < Self.userCount { contents.addUser() }
        }
    }

    /// Every session so far.
    var all: [Entry] { contents.withLock { $0.all } }

    var lacksSessions: Bool { contents.withLock { $0.live.count < Self.liveCount } }

    /// Whom the next session is for.
    func user(_ random: inout SeededGenerator) -> User? {
        contents.withLock { $0.users.randomElement(using: &random) }
    }

    /// Who signs in next with a password.
    func account(_ random: inout SeededGenerator) -> User? {
        contents.withLock { $0.accounts.randomElement(using: &random) }
    }

    /// The number of a session to be.
    func nextNumber() -> Int {
        contents.withLock { contents in
            contents.sessionCount += 1
            return contents.sessionCount
        }
    }

    /// A session that was acknowledged.
    func add(_ entry: Entry) {
        contents.withLock { contents in
            contents.all.append(entry)
            contents.live.append(entry)
        }
    }

    /// What to check next: something that lives, something that has ended or is about to, or anything that ever was.
    func toCheck(_ random: inout SeededGenerator) -> Entry? {
        contents.withLock { contents in
            switch Double.random(in: 0..<1, using: &random) {
            case ..<0.05: contents.all.randomElement(using: &random)
            case ..<0.15: contents.live.suffix(5).randomElement(using: &random)
            case ..<0.55: contents.ended.suffix(100).randomElement(using: &random)
            default: contents.live.randomElement(using: &random)
            }
        }
    }

    /// Somebody begins to end a session: it is to be checked a lot for a while.
    func takeVictim(_ random: inout SeededGenerator) -> Entry? {
        contents.withLock { contents in
            // Those that came last stay for a while, so that workers have them in memory.
            guard let entry = contents.live.dropLast(10).randomElement(using: &random) else { return nil }
            contents.end(entry)
            return entry
        }
    }

    /// Somebody begins to end all sessions of a user.
    func takeAll(of user: User) {
        contents.withLock { contents in
            for entry in contents.live where entry.user.number == user.number { contents.end(entry) }
        }
    }

    /// Somebody begins to end everybody's sessions.
    func takeAll() {
        contents.withLock { contents in for entry in contents.live { contents.end(entry) } }
    }

    /// Somebody begins to end all sessions of a user but this one.
    /// - Parameter ofAccounts: True for a user who signs in with a password.
    func takeOthers(_ random: inout SeededGenerator, ofAccounts: Bool) -> Entry? {
        contents.withLock { contents in
            let candidates = contents.live.dropLast(10).filter { !ofAccounts || $0.user.name != nil }
            guard let entry = candidates.randomElement(using: &random) else { return nil }
            for other in contents.live where other.user.number == entry.user.number && other.number != entry.number {
                contents.end(other)
            }
            return entry
        }
    }

    /// The session was refused: there is no life in it.
    func wasRefused(_ entry: Entry) {
        contents.withLock { contents in
            if contents.live.contains(where: { $0.number == entry.number }) { contents.end(entry) }
        }
    }

    /// Nobody knows whether the session ended, or the sessions of its user. Such a user gets no more: whatever becomes
    /// of theirs would be right.
    func wasNotAcknowledged(_ entry: Entry, ofUser: Bool, at now: Duration) {
        contents.withLock { contents in
            contents.unfinished.append(Unfinished(entry: entry, since: now))
            if ofUser { contents.retire(entry.user) }
        }
    }

    func wasNotAcknowledged(allOf user: User) {
        contents.withLock { $0.retire(user) }
    }

    func allWereNotAcknowledged() {
        contents.withLock { contents in for user in contents.users { contents.retire(user) } }
    }

    /// An end to be asked for again, if there is one that is old enough.
    func takeUnfinished(before now: Duration, _ random: inout SeededGenerator) -> Entry? {
        contents.withLock { contents in
            let candidates = contents.unfinished.indices.filter {
                contents.unfinished[$0].since < now - .milliseconds(500)
            }
            guard let index = candidates.randomElement(using: &random) else { return nil }
            return contents.unfinished.remove(at: index).entry
        }
    }
}

extension HammerRoster.Contents {
    fileprivate mutating func addUser() {
        users.append(HammerRoster.User(number: userCount, id: "user-\(userCount)"))
        userCount += 1
    }

    fileprivate mutating func retire(_ user: HammerRoster.User) {
        guard let index = users.firstIndex(where: { $0.number == user.number }) else { return }
        users.remove(at: index)
        addUser()
    }

    fileprivate mutating func end(_ entry: HammerRoster.Entry) {
        live.removeAll { $0.number == entry.number }
        ended.append(entry)
    }
}
