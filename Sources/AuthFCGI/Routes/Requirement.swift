internal import Sessions

/// What a location asks of the user beyond being signed in, from nginx's parameter `AUTH_REQUIRE`:
/// `group admin`, `user ann or group admin`, `group staff and group on-call`. `and` binds more tightly than `or`.
struct Requirement: Equatable {
    /// The parameter says something else.
    struct Unreadable: Error, Equatable {}

    private enum Term: Equatable {
        case group(String)
        case user(String)
    }

    /// One of these must hold as a whole.
    private var alternatives: [[Term]] = []

    init(_ text: String) throws(Unreadable) {
        var words = text.split(separator: " ").map(String.init)[...]
        while true {
            var all: [Term] = []
            repeat {
                guard let kind = words.popFirst(), let name = words.popFirst() else { throw Unreadable() }
                switch kind {
                case "group": all.append(.group(name))
                case "user": all.append(.user(name))
                default: throw Unreadable()
                }
            } while words.first == "and" && words.popFirst() != nil
            alternatives.append(all)
            guard let word = words.popFirst() else { return }
            guard word == "or" else { throw Unreadable() }
        }
    }

    /// Whether `identity` has what is asked for. Names are compared byte by byte, a user's with the name they
    /// sign in with.
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

    /// Swift's own comparison takes differently composed letters for the same; PostgreSQL keeps them apart.
    private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
