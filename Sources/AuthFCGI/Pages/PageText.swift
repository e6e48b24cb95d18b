/// The texts of the pages, by their keys in the files of the languages. Templates use them as `{{text.KEY}}`, unless the
/// program completes them.
enum PageText: String, CaseIterable {
    /// `ltr`, or `rtl` for a language that is written from right to left.
    case direction

    case signIn, username, password, remember
    case refused, throttled, busy, notChecked, otherSite, incomplete, tooLong, sessionOver

    case signOut, signOutQuestion, signOutEverywhere, signedOut, signedOutAdvice, signInAgain

    case account, groups, sessions, thisSession, signedInAt, lastUsed, unknownDevice, end, endOthers
    case moreSessions, moreSessionsAtLeast
    case sessionEnded, othersEnded, noSuchSession, otherSession, changeUnknown
    case changePassword, currentPassword, newPassword, repeatedPassword, passwordAdvice, foreignPassword
    case passwordChanged, wrongPassword, passwordsDiffer
    case passwordTooWeak, passwordTooShort, passwordTooLong, passwordCommon, passwordIsName

    case choosePassword, setPassword, passwordSet, passwordSetAdvice, passwordUnknown
    case linkExpired, linkExpiredAdvice

    case unavailable, unavailableAdvice, tryAgain
    case formUnanswered, formUnansweredAdvice
    case cookieDropped, cookieDroppedOnHTTP, cookieDroppedAdvice, notSeen, notSeenAdvice
    case forbidden, forbiddenAdvice, otherSiteTitle, otherSiteAdvice
    case toAccount, toSite

    /// `{count}` seconds, minutes or hours.
    case oneSecond, seconds, oneMinute, minutes, oneHour, hours
    /// A time from `{year}`, `{month}`, `{monthName}`, `{day}`, `{hour}` and `{minute}`.
    case dateTime
    /// The names of the months for `{monthName}`, separated by spaces.
    case monthNames
}
