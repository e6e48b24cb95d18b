import EventLoop
import FoundationEssentials
import Logging
import Sessions

@testable import AuthFCGI

/// What a flow acts on: fakes that note every effect in order, and a clock that they alone move.
@EventLoop
final class LoginStage {
    let effects = EffectLog()
    let store: FakeLoginStore
    let hasher: FakeHasher
    let audit: FakeAudit
    /// Whether the client still waits.
    var isWaiting = true
    /// What the client is signed in with already.
    var token: SessionToken?
    var address: String? = LoginStage.address
    private var spawned: [@Sendable @EventLoop () async -> Void] = []
    private lazy var attempts = PasswordAttempts(
        store: store, hasher: hasher, audit: audit, log: effects.logger, now: { [self] in time },
        spawn: { [self] in spawned.append($0) })
    private(set) lazy var login = LoginFlow(store: store, attempts: attempts)
    private(set) lazy var change = PasswordChangeFlow(store: store, attempts: attempts, rules: PasswordRules())
    private(set) lazy var reset = PasswordResetFlow(store: store, attempts: attempts, rules: PasswordRules())

    static let address = "192.0.2.7"
    /// The pages without anything of an operator's.
    static let pages = Pages()
    static let ann = UserRecord(
        identity: Identity(userID: "7", username: "ann"), passwordHash: "stored", epoch: 3)
    static let session = Session(id: "s1", identity: ann.identity, createdAt: .distantPast, expiresAt: .distantFuture)
    static let newToken = token("A")
    static let oldToken = token("B")

    init() {
        store = FakeLoginStore(effects)
        hasher = FakeHasher(effects)
        audit = FakeAudit(effects)
    }

    private static func token(_ letter: Character) -> SessionToken {
        guard let token = SessionToken("afs_" + String(repeating: letter, count: 53) + "A") else {
            preconditionFailure("a token has another form")
        }
        return token
    }

    private var time: BootInstant { BootInstant(nanoseconds: 1_000_000_000_000) + effects.now }

    var client: LoginClient {
        LoginClient(address: address, userAgent: "browser", token: token) { [self] in isWaiting }
    }

    /// Signs in, as ann unless another name is given.
    func signIn(_ name: String = "ann", remember: Bool = false) async throws -> LoginOutcome {
        let request = try LoginRequest(username: name, password: "secret", remember: remember)
        return await login.signIn(request, client)
    }

    /// Changes ann's password.
    func changePassword(to new: String = "correct horse battery staple") async throws -> PasswordChangeOutcome {
        let request = try PasswordChangeRequest(currentPassword: "secret", newPassword: new)
        return await change.change(request, Self.oldToken, Self.session, client)
    }

    /// Runs what nobody waited for.
    func runSpawned() async {
        let bodies = spawned
        spawned = []
        for body in bodies { await body() }
    }

    /// How much was started that nobody waits for, and did not run yet.
    var spawnedCount: Int { spawned.count }
}

extension LoginOutcome {
    /// What tests compare.
    var text: String {
        switch self {
        case .signedIn(let made): "signed in as \(made.session.id)"
        case .refused: "refused"
        case .prevented(let obstacle): "prevented: \(obstacle)"
        }
    }
}
