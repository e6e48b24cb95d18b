extension AccountPage {
    /// The number of sessions on a page, which stays below 14 KB: what a server sends before it waits for the client.
    static let shownSessions = 12

    /// Returns the values of the page by their names in its template.
    func values(_ language: PageLanguage) -> [String: Any] {
        // This browser's session first, whatever is left out.
        let ordered = sessions.filter(\.isCurrent) + sessions.filter { !$0.isCurrent }
        let hidden = max(0, ordered.count - Self.shownSessions)
        let shownName = name.isEmpty ? username : name
        let otherName = shownName == username ? "" : username
        let shown = message?.shown(language, minLength: minPasswordLength)
        let isAboutPassword = message?.isAboutPassword == true
        return [
            "displayName": TemplateText(shownName), "accountName": TemplateText(username),
            "username": TemplateText(otherName), "email": TemplateText(email),
            "otherNames": !otherName.isEmpty || !email.isEmpty,
            "hasGroups": !groups.isEmpty, "groups": groups.map { TemplateText($0) },
            "ownSession": TemplateText(ordered.first.map { $0.isCurrent ? $0.id : "" } ?? ""),
            "sessions": Self.values(ordered.prefix(Self.shownSessions), language),
            "hasOthers": sessions.contains { !$0.isCurrent },
            "moreSessions": TemplateText(more(hidden, language)),
            "hasOwnPassword": hasOwnPassword, "minPasswordLength": TemplateText("\(minPasswordLength)"),
            "passwordAdvice": TemplateText(language.text(.passwordAdvice, ["count": "\(minPasswordLength)"])),
            "message": PageMessage.value(shown.flatMap { isAboutPassword ? nil : $0 }),
            "passwordMessage": PageMessage.value(shown.flatMap { isAboutPassword ? $0 : nil }),
            "currentPasswordProblem": message == .wrongPassword,
            "newPasswordProblem": isAboutPassword && message != .wrongPassword,
        ]
    }

    /// Returns the values of sessions. Buttons of equal ones are numbered for those who hear the page.
    private static func values(_ entries: ArraySlice<Entry>, _ language: PageLanguage) -> [[String: Any]] {
        var numbers: [String: Int] = [:]
        return entries.map { entry in
            let label = entry.endLabel(language)
            let number = numbers[label, default: 0] + 1
            numbers[label] = number
            return entry.values(language, endLabel: number == 1 ? label : "\(label) (\(number))")
        }
    }

    /// Returns the sentence about sessions that are left out, which the button for all others ends too.
    private func more(_ count: Int, _ language: PageLanguage) -> String {
        guard count > 0 else { return "" }
        let values = ["count": "\(count)", "button": language.text(.endOthers)]
        return language.text(mayHaveMore ? .moreSessionsAtLeast : .moreSessions, values)
    }
}

extension AccountPage.Entry {
    fileprivate func endLabel(_ language: PageLanguage) -> String {
        [language.text(.end) + ":", shownDevice(language), label, address].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private func shownDevice(_ language: PageLanguage) -> String {
        device.isEmpty ? language.text(.unknownDevice) : device
    }

    fileprivate func values(_ language: PageLanguage, endLabel: String) -> [String: Any] {
        [
            "id": TemplateText(id), "device": TemplateText(shownDevice(language)), "address": TemplateText(address),
            "label": TemplateText(label), "isCurrent": isCurrent, "endLabel": TemplateText(endLabel),
            "createdAt": TemplateText(createdAt), "createdTime": TemplateText(language.time(createdAt)),
            "lastSeenAt": TemplateText(lastSeenAt), "lastSeenTime": TemplateText(language.time(lastSeenAt)),
        ]
    }
}

extension AccountPage.Message {
    /// True if the message is shown at the form for the password, since something has to be typed again there.
    fileprivate var isAboutPassword: Bool {
        switch self {
        case .wrongPassword, .unacceptablePassword, .passwordsDiffer: true
        case .sessionEnded, .othersEnded, .passwordChanged, .throttled, .unavailable, .noSuchSession, .otherSession:
            false
        }
    }

    fileprivate func shown(_ language: PageLanguage, minLength: Int) -> PageMessage {
        switch self {
        case .sessionEnded: PageMessage(sentence: language.text(.sessionEnded), isError: false)
        case .othersEnded: PageMessage(sentence: language.text(.othersEnded), isError: false)
        case .passwordChanged: PageMessage(sentence: language.text(.passwordChanged), isError: false)
        case .wrongPassword: PageMessage(sentence: language.text(.wrongPassword))
        case .unacceptablePassword(let violation):
            PageMessage(sentence: language.sentence(violation, minLength: minLength))
        case .passwordsDiffer: PageMessage(sentence: language.text(.passwordsDiffer))
        case .throttled(let seconds):
            PageMessage(sentence: language.text(.throttled, ["time": language.duration(seconds: seconds)]))
        case .unavailable: PageMessage(sentence: language.text(.changeUnknown))
        case .otherSession: PageMessage(sentence: language.text(.otherSession))
        // What was wanted, by another way.
        case .noSuchSession: PageMessage(sentence: language.text(.noSuchSession), isError: false)
        }
    }
}
