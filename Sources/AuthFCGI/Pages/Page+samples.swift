internal import Sessions

/// Pages of every kind, with which templates are tried before they are used.
extension Page {
    /// A text that stands for the target of ``SignInPage`` and the code of ``NewPasswordPage``. It contains nothing that is
    /// escaped, and occurs in no template.
    static let mark = "/authfcgi-mark-1c8f2b"

    static let samples: [Page] =
        [.signOut, .signedOut]
        + signInProblems.map { .signIn(SignInPage(target: mark, username: "ann", remembers: true, problem: $0)) }
        + [.signIn(SignInPage(target: mark))]
        + newPasswordProblems.map { .newPassword(choice($0)) }
        + accountMessages.map { .account(account($0, hasOwnPassword: true)) }
        + [.account(account(nil, hasOwnPassword: false))]
        + notices.map { .notice($0) }

    /// A page for each template.
    static let oneOfEach: [Page] = {
        var seen: Set<String> = []
        return samples.filter { seen.insert($0.template).inserted }
    }()

    private static let signInProblems: [SignInPage.Problem] = [
        .refused, .throttled(seconds: 30), .busy(seconds: 1), .unavailable, .otherSite, .incomplete, .tooLong,
        .sessionOver,
    ]

    private static let newPasswordProblems: [NewPasswordPage.Problem?] = [
        nil, .passwordsDiffer, .unavailable, .throttled(seconds: 300), .unacceptable(.containsNUL),
        .unacceptable(.tooShort(minLength: 15)), .unacceptable(.tooLong), .unacceptable(.common),
        .unacceptable(.userName),
    ]

    private static let accountMessages: [AccountPage.Message?] = [
        nil, .sessionEnded, .othersEnded, .passwordChanged, .wrongPassword, .passwordsDiffer, .throttled(seconds: 4000),
        .unavailable, .noSuchSession, .otherSession, .unacceptablePassword(.tooShort(minLength: 15)),
        .unacceptablePassword(.tooLong), .unacceptablePassword(.common), .unacceptablePassword(.userName),
    ]

    private static let notices: [Notice] = [
        .unavailable, .formUnanswered, .cookieDropped(isPlainHTTP: true, .home),
        .cookieDropped(isPlainHTTP: false, .home), .notSeen(.home), .linkExpired, .passwordSet, .forbidden, .otherSite,
    ]

    private static func choice(_ problem: NewPasswordPage.Problem?) -> NewPasswordPage {
        NewPasswordPage(code: mark, username: "ann", minPasswordLength: 15, problem: problem)
    }

    private static func account(_ message: AccountPage.Message?, hasOwnPassword: Bool) -> AccountPage {
        func entry(_ number: Int, device: String, label: String = "") -> AccountPage.Entry {
            AccountPage.Entry(
                id: "00000000-0000-4000-8000-00000000000\(number)", device: device, address: "192.0.2.\(number)",
                label: label, createdAt: "2026-11-30T08:25Z", lastSeenAt: "2026-11-30T09:10Z", isCurrent: number == 1)
        }
        return AccountPage(
            username: "ann", name: "Ann Example", email: "ann@example.org", groups: ["staff", "admins"],
            hasOwnPassword: hasOwnPassword, minPasswordLength: 15,
            sessions: [
                entry(1, device: "Firefox on Linux"), entry(2, device: "Safari on iPhone"),
                entry(3, device: "", label: "nightly backup"),
            ], message: message)
    }
}
