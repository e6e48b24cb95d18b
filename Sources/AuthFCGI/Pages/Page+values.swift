extension Page {
    /// The name of the page's template.
    var template: String {
        switch self {
        case .signIn: "sign-in"
        case .signOut: "sign-out"
        case .signedOut: "signed-out"
        case .account: "account"
        case .newPassword: "new-password"
        case .notice: "notice"
        }
    }

    /// Returns the values of the page by their names in its template.
    func values(_ language: PageLanguage) -> [String: Any] {
        switch self {
        case .signIn(let page): page.values(language)
        case .signOut, .signedOut: [:]
        case .account(let page): page.values(language)
        case .newPassword(let page): page.values(language)
        case .notice(let notice): notice.values(language)
        }
    }
}

/// A sentence at the head of a form.
struct PageMessage {
    let sentence: String
    var isError = true

    /// The message as a value; an empty list, which leaves a section out, for none.
    static func value(_ message: PageMessage?) -> [[String: Any]] {
        message.map { [["sentence": TemplateText($0.sentence), "isError": $0.isError]] } ?? []
    }
}

extension SignInPage {
    fileprivate func values(_ language: PageLanguage) -> [String: Any] {
        [
            "target": TemplateText(target), "username": TemplateText(username), "remembers": remembers,
            "refused": problem == .refused,
            "message": PageMessage.value(problem.map { PageMessage(sentence: Self.sentence($0, language)) }),
        ]
    }

    private static func sentence(_ problem: Problem, _ language: PageLanguage) -> String {
        switch problem {
        case .refused: language.text(.refused)
        case .throttled(let seconds): language.text(.throttled, ["time": language.duration(seconds: seconds)])
        case .busy(let seconds): language.text(.busy, ["time": language.duration(seconds: seconds)])
        case .unavailable: language.text(.notChecked)
        case .otherSite: language.text(.otherSite)
        case .incomplete: language.text(.incomplete)
        case .tooLong: language.text(.tooLong)
        case .sessionOver: language.text(.sessionOver)
        }
    }
}

extension NewPasswordPage {
    fileprivate func values(_ language: PageLanguage) -> [String: Any] {
        [
            "code": TemplateText(code), "minPasswordLength": TemplateText("\(minPasswordLength)"),
            "passwordAdvice": TemplateText(language.text(.passwordAdvice, ["count": "\(minPasswordLength)"])),
            "newPasswordProblem": concernsPassword,
            "username": TemplateText(username),
            "message": PageMessage.value(
                problem.map { PageMessage(sentence: Self.sentence($0, minPasswordLength, language)) }),
        ]
    }

    /// True if another password has to be typed.
    private var concernsPassword: Bool {
        switch problem {
        case .unacceptable, .passwordsDiffer: true
        case .unavailable, .throttled, nil: false
        }
    }

    private static func sentence(_ problem: Problem, _ minLength: Int, _ language: PageLanguage) -> String {
        switch problem {
        case .unacceptable(let violation): language.sentence(violation, minLength: minLength)
        case .passwordsDiffer: language.text(.passwordsDiffer)
        case .unavailable: language.text(.passwordUnknown)
        case .throttled(let seconds): language.text(.throttled, ["time": language.duration(seconds: seconds)])
        }
    }
}

extension Notice {
    /// The interval, in seconds, at which a browser asks for the page again; nil for a page that stays.
    var refreshInterval: Int? { self == .unavailable ? 5 : nil }

    fileprivate func values(_ language: PageLanguage) -> [String: Any] {
        let (heading, sentence) = texts
        return [
            "heading": TemplateText(language.text(heading)), "sentence": TemplateText(language.text(sentence)),
            "link": (link.map { [$0] } ?? []).map { link in
                ["address": TemplateText(link.address), "label": TemplateText(language.text(link.label))]
            },
        ]
    }

    private var texts: (heading: PageText, sentence: PageText) {
        switch self {
        case .unavailable: (.unavailable, .unavailableAdvice)
        case .formUnanswered: (.formUnanswered, .formUnansweredAdvice)
        case .cookieDropped(let isPlainHTTP, _):
            (.cookieDropped, isPlainHTTP ? .cookieDroppedOnHTTP : .cookieDroppedAdvice)
        case .notSeen: (.notSeen, .notSeenAdvice)
        case .linkExpired: (.linkExpired, .linkExpiredAdvice)
        case .passwordSet: (.passwordSet, .passwordSetAdvice)
        case .forbidden: (.forbidden, .forbiddenAdvice)
        case .otherSite: (.otherSiteTitle, .otherSiteAdvice)
        }
    }

    private var link: (address: String, label: PageText)? {
        switch self {
        // The empty address is that of the page itself, wherever it is shown.
        case .unavailable: ("", .tryAgain)
        case .passwordSet, .linkExpired: ("/auth/login", .signIn)
        case .cookieDropped(_, let target): (target.signInPath, .signIn)
        case .notSeen(let target): (target.signInPath, .tryAgain)
        case .forbidden, .formUnanswered: ("/auth/account", .toAccount)
        case .otherSite: nil
        }
    }
}
