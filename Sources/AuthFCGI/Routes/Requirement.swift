internal import Sessions

/// The requirement of a location beyond a valid session, from nginx's parameter `AUTH_REQUIRE`: `group admin`, `user
/// ann or group "on call"`, `group staff and group on-call`. `and` binds more tightly than `or`.
struct Requirement: Equatable {
    /// The parameter cannot be parsed.
    struct Unreadable: Error, Equatable {}

    private enum Term: Equatable {
        case group(String)
        case user(String)
    }

    /// The alternatives, of which one must hold completely.
    private var alternatives: [[Term]] = []

    init(_ text: String) throws(Unreadable) {
        var words = RequirementWords(text)
        var next: RequirementWord?
        repeat {
            var all: [Term] = []
            repeat {
                all.append(try Self.term(&words))
                next = try words.next()
            } while next == .plain("and")
            alternatives.append(all)
        } while next == .plain("or")
        guard next == nil else { throw Unreadable() }
    }

    private static func term(_ words: inout RequirementWords) throws(Unreadable) -> Term {
        let (kind, name) = (try words.next(), try words.next())
        guard let name else { throw Unreadable() }
        switch kind {
        case .plain("group"): return .group(name.text)
        case .plain("user"): return .user(name.text)
        case .plain, .quoted, nil: throw Unreadable()
        }
    }

    /// Returns whether `identity` meets the requirement. Names are compared byte by byte; a user's name is the one used
    /// for signing in.
    func isMet(by identity: Identity) -> Bool {
        alternatives.contains { all in
            all.allSatisfy { term in
                switch term {
                case .group(let name): identity.groups.contains { Self.isSame($0, name) }
                case .user(let name): Self.isSame(identity.username, name)
                }
            }
        }
    }

    /// Swift's own comparison treats canonically equivalent texts as equal; PostgreSQL distinguishes them.
    private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
