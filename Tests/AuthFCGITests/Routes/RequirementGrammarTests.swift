import Sessions
import TestSupport
import Testing

@testable import AuthFCGI

/// Random requirements of all kinds, with a fixed seed.
struct RequirementGrammarTests {
    private struct Term {
        let isGroup: Bool
        let name: String

        func holds(for identity: Identity) -> Bool {
            isGroup ? identity.groups.contains(name) : identity.username == name
        }
    }

    private static let names = [
        "admin", "staff", "and", "or", "group", "user", "night shift", "o'clock", "'", "\"", "'\"'\"", " ", "a,b",
        "(x)",
        "Zoë", "\u{1F600}", "cn=admins,dc=example", "x\ty", "line\nend", "''", "\"\"", "a;b", "ann", "0", "\u{a0}",
    ]

    @Test func `a requirement is parsed to what its text means`() throws {
        var generator = SeededGenerator(seed: 20_261_123)
        for _ in 0..<2000 {
            let alternatives = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    Term(isGroup: .random(using: &generator), name: Self.pick(Self.names, &generator))
                }
            }
            let text = Self.written(alternatives, &generator)
            let requirement = try Requirement(text)
            for _ in 0..<5 {
                let groups = Self.names.filter { _ in Bool.random(using: &generator) }
                let identity = Identity(
                    userID: "1", username: Self.pick(Self.names, &generator), groups: groups)
                let holds = alternatives.contains { $0.allSatisfy { $0.holds(for: identity) } }
                #expect(requirement.isMet(by: identity) == holds, "\(text) for \(identity)")
            }
        }
    }

    @Test func `random requirements never admit a user without name and groups`() {
        var generator = SeededGenerator(seed: 5)
        let pieces = [
            "group", "user", "and", "or", " ", " ", "\t", "\n", "'", "\"", ",", "admin", "staff", "(", ")", "''", "\\",
            "$", "\u{0}", "\u{301}", "\u{2028}", "Z", "=", "not", "é", "\u{200B}",
        ]
        let nobody = Identity(userID: "7", username: "")
        var understood = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in Self.pick(pieces, &generator) }
                .joined()
            guard let requirement = try? Requirement(text) else { continue }
            understood += 1
            #expect(!requirement.isMet(by: nobody), "\(text)")
        }
        // Otherwise the mutations would be too unusual for a useful test.
        #expect(understood > 20)
    }

    @Test func `removing any part changes the requirement or makes it invalid`() throws {
        let text = "user ann and group staff or group 'night shift'"
        let whole = try Requirement(text)
        for cut in text.indices {
            for end in text.indices[cut...].dropFirst() {
                let rest = String(text[..<cut] + text[end...])
                guard let requirement = try? Requirement(rest) else { continue }
                // Removing one of several spaces would change nothing. There are none here.
                #expect(requirement != whole, "\(rest)")
            }
        }
    }

    private static func pick<T>(_ values: [T], _ generator: inout SeededGenerator) -> T {
        values[Int.random(in: values.indices, using: &generator)]
    }

    private static func written(_ alternatives: [[Term]], _ generator: inout SeededGenerator) -> String {
        let spaces = [" ", "  ", "\t", "\n    ", "\r\n"]
        var text = pick(["", " "], &generator)
        for (index, all) in alternatives.enumerated() {
            if index > 0 { text += pick(spaces, &generator) + "or" + pick(spaces, &generator) }
            for (index, term) in all.enumerated() {
                if index > 0 { text += pick(spaces, &generator) + "and" + pick(spaces, &generator) }
                text += (term.isGroup ? "group" : "user") + pick(spaces, &generator)
                let isPlain = term.name.allSatisfy { $0.isLetter || $0.isNumber }
                switch isPlain ? Int.random(in: 0...2, using: &generator) : Int.random(in: 1...2, using: &generator) {
                case 1: text += "'" + term.name.replacing("'", with: "''") + "'"
                case 2: text += "\"" + term.name.replacing("\"", with: "\"\"") + "\""
                default: text += term.name
                }
            }
        }
        return text + pick(["", " ", "\n"], &generator)
    }
}
