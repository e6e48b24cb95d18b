import EventLoop
import Sessions

@testable import AuthFCGI

@EventLoop
final class FakeLoginStore: LoginStore, PasswordChangeStore, PasswordResetStore {
    private let effects: EffectLog
    /// Which calls fail, by the first word of their effect, and how.
    var failures: [String: SessionStoreError] = [:]
    var found = LoginUser.user(LoginStage.ann)
    var admission = LoginAdmission.allowed(LoginReservation(text: "r1"))
    /// Whether a token may be known.
    var knowsToken = true
    /// nil: the user's sessions were ended meanwhile.
    var made: MadeSession? = FakeLoginStore.made()
    var rehashes = true
    /// nil: the password is kept elsewhere.
    var user: UserRecord? = LoginStage.ann
    /// nil: the user or the session has changed meanwhile.
    var endedByChange: Int? = 2
    /// nil: there is no such link.
    var resetUser: PasswordResetUser? = PasswordResetUser(id: "7", username: "ann")
    /// nil: another request has used the link meanwhile.
    var endedByReset: Int? = 3
    /// nil: it has ended meanwhile.
    var session: Session? = LoginStage.session

    init(_ effects: EffectLog) { self.effects = effects }

    static func made(ended: [EndedSession] = [], excess: Int = 0) -> MadeSession {
        MadeSession(token: LoginStage.newToken, session: LoginStage.session, ended: ended, excess: excess)
    }

    private var attempt: LoginAttempt {
        LoginAttempt(admission: admission, highestHashingCost: HashingCost(bytes: 5, time: .zero), nameHash: "h1")
    }

    /// Calls yield, as the store's do, so that nothing counts on its being there at once.
    private func step(_ name: String, _ rest: String = "") async throws(SessionStoreError) {
        await Task.yield()
        effects.add(rest.isEmpty ? name : "\(name) \(rest)")
        if let failure = failures[name] { throw failure }
    }

    func release(_ reservation: LoginReservation) async throws(SessionStoreError) { try await step("release") }

    func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError) {
        try await step("note", "\(cost.bytes)")
    }

    func beginLogin(
        named username: String, from clientAddress: String?, showing shown: SessionToken?
    ) async throws(SessionStoreError) -> (LoginUser, LoginAttempt) {
        try await step("begin", "\(username) from \(clientAddress ?? "nowhere")\(text(shown))")
        return (found, attempt)
    }

    func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool {
        if let failure = failures["mayExist"] { throw failure }
        return knowsToken
    }

    func createAccessToken(
        for user: UserRecord, origin: SessionOrigin, remembered: Bool, replacing replaced: SessionToken?,
        settling reservation: LoginReservation?
    ) async throws(SessionStoreError) -> MadeSession? {
        var rest = "for \(user.identity.userID) from \(origin.clientAddress ?? "-") with \(origin.userAgent ?? "-")"
        if remembered { rest += ", remembered" }
        if let replaced { rest += replaced.hash == LoginStage.oldToken.hash ? ", replacing" : ", replacing another" }
        rest += reservation == nil ? "" : ", settling"
        try await step("create", rest)
        return made
    }

    func rehash(_ user: UserRecord, to hash: String) async {
        await Task.yield()
        effects.add("rehash \(user.identity.userID) to \(hash)")
    }

    func user(id: String) async throws(SessionStoreError) -> UserRecord? {
        try await step("user", id)
        return user
    }

    func reserveLogin(
        username: String, userID: String?, from clientAddress: String?, showing shown: SessionToken?
    ) async throws(SessionStoreError) -> LoginAttempt {
        let from = "from \(clientAddress ?? "nowhere")\(text(shown))"
        try await step("reserve", "\(username), \(userID ?? "nobody") \(from)")
        return attempt
    }

    private func text(_ shown: SessionToken?) -> String {
        shown.map { $0.hash == LoginStage.oldToken.hash ? ", showing a token" : ", showing another" } ?? ""
    }

    func changePassword(
        of user: UserRecord, to passwordHash: String, keeping kept: SessionToken
    ) async throws(SessionStoreError) -> Int? {
        let isKept = kept.hash == LoginStage.oldToken.hash
        try await step("change", "\(user.identity.userID) to \(passwordHash)\(isKept ? "" : ", keeping another")")
        return endedByChange
    }

    func userOfPasswordReset(
        _ code: PasswordResetCode, from clientAddress: String?
    ) async throws(SessionStoreError) -> PasswordResetUser? {
        try await step("link", "from \(clientAddress ?? "nowhere")")
        return resetUser
    }

    func resetPassword(
        with code: PasswordResetCode, of user: PasswordResetUser, to passwordHash: String
    ) async throws(SessionStoreError) -> Int? {
        try await step("reset", "\(user.id) to \(passwordHash)")
        return endedByReset
    }

    func session(for token: SessionToken) async throws(SessionStoreError) -> Session? {
        try await step("session")
        return session
    }
}
