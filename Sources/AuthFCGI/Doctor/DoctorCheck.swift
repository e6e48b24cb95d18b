/// A check of the installation: an entry of ``DoctorTable``.
struct DoctorCheck: Sendable {
    /// What a check looks at.
    enum Look: Sendable {
        /// The settings and what they lead to.
        case installation(@Sendable (Examination) -> [Finding])
        /// A configuration of nginx.
        case nginx(@Sendable (NginxExamination) -> [Finding])
    }

    /// The name, which programs and documents know it by.
    let name: String
    /// What is looked at.
    let subject: String
    /// Whether it is a part of the start: `authfcgi config check` makes it too.
    let isOfStart: Bool
    /// What to do about a finding that does not say so itself; nil if each does.
    let remedy: String?
    let look: Look

    init(
        _ name: String, _ subject: String, isOfStart: Bool = false, remedy: String? = nil,
        _ look: @escaping @Sendable (Examination) -> [Finding]
    ) {
        self.name = name
        self.subject = subject
        self.isOfStart = isOfStart
        self.remedy = remedy
        self.look = .installation(look)
    }

    init(
        nginx name: String, _ subject: String, remedy: String? = nil,
        _ look: @escaping @Sendable (NginxExamination) -> [Finding]
    ) {
        self.name = name
        self.subject = subject
        isOfStart = false
        self.remedy = remedy
        self.look = .nginx(look)
    }
}
