/// A way to open the site by accident, or to break it, that nginx itself does not report: an entry of ``NginxTraps``.
struct NginxTrap: Sendable {
    /// A directive with which the trap was laid.
    struct Hit {
        let directive: NginxDirective
        let scope: NginxScope

        init(_ directive: NginxDirective, in scope: NginxScope) {
            self.directive = directive
            self.scope = scope
        }
    }

    /// How much a hit weighs.
    enum Weight: Sendable {
        /// The site is open, or broken.
        case error
        /// It may be, which depends on what the configuration does not say.
        case warning
        /// It may be, with some applications.
        case note
    }

    let name: String
    /// What is looked for.
    let subject: String
    let weight: Weight
    /// What happens, as the end of a sentence whose subject is the directive.
    let consequence: String
    /// What to write instead.
    let remedy: String
    /// Finds the directives in a server.
    let find: @Sendable (NginxSite) -> [Hit]

    init(
        _ name: String, _ subject: String, _ weight: Weight = .error, consequence: String, remedy: String,
        find: @escaping @Sendable (NginxSite) -> [Hit]
    ) {
        self.name = name
        self.subject = subject
        self.weight = weight
        self.consequence = consequence
        self.remedy = remedy
        self.find = find
    }
}
