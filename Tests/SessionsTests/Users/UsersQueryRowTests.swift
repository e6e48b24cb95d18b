import Testing

@testable import Sessions

/// The rows that a users query may return, and its mistakes.
struct UsersQueryRowTests {
    private func row(
        id: String? = "7", idType: String? = "number", username: String? = nil, hash: String? = "x  ",
        name: String? = nil, email: String? = nil, groups: String? = nil, groupsType: String? = nil,
        disabled: String? = nil, hasHash: Bool = true, hasDisabled: Bool = false
    ) -> UsersQueryRow {
        UsersQueryRow(
            id: id, idType: idType, username: username, passwordHash: hash, name: name, email: email, groups: groups,
            groupsType: groupsType, disabled: disabled, hasPasswordHash: hasHash, hasDisabled: hasDisabled, epoch: 3)
    }

    private func user(_ rows: UsersQueryRow..., hadDisabled: Bool = false) throws -> LoginUser {
        try UsersQueryRow.user(rows, typed: "ann", hadDisabled: hadDisabled)
    }

    @Test func `one row is a user, whose username is the typed one unless the query returns another`() throws {
        let record = try #require(try user(row()).user)
        #expect(record.identity == Identity(userID: "7", username: "ann"))
        #expect(record.passwordHash == "x" && record.epoch == 3)
        #expect(try user(row(username: "Ann")).user?.identity.username == "Ann")
        #expect(try user().id == nil)
    }

    @Test func `groups are an array, a comma-separated list, or one number`() throws {
        let forms = [
            (#"["a", "b c", 3, null, ""]"#, "array", ["a", "b c", "3"]), ("a, b ,,c", "string", ["a", "b", "c"]),
            ("5", "number", ["5"]), (#"["a"]"#, "string", ["a"]),
        ]
        for (text, type, groups) in forms {
            #expect(try user(row(groups: text, groupsType: type)).user?.identity.groups == groups)
        }
    }

    @Test(arguments: ["t", "true", "1", "2026-01-01"])
    func `every value of disabled except a plain false disables the user`(value: String) throws {
        guard case .disabled("7") = try user(row(disabled: value, hasDisabled: true)) else {
            Issue.record("\(value) disables")
            return
        }
        #expect(try user(row(disabled: "false", hasDisabled: true)).user != nil)
    }

    @Test func `an invalid row is a problem that contains no value`() {
        func sevens(_ count: Int) -> String { String(repeating: "7", count: count) }
        let mistakes = [
            ("several rows", [row(), row()], false), ("no column password_hash", [row(hasHash: false)], false),
            ("no column disabled", [row()], true), ("whose id is no text", [row(idType: "object")], false),
            ("whose id is no text", [row(id: nil, idType: "null")], false),
            ("longer than 255 bytes", [row(id: String(repeating: "7", count: 256), idType: "string")], false),
            ("groups that are no array", [row(groups: "{}", groupsType: "object")], false),
            ("whose username is longer than 256 characters", [row(username: sevens(257))], false),
            ("whose name is longer than 256 characters", [row(name: sevens(257))], false),
            ("whose email is longer than 320 characters", [row(email: sevens(321))], false),
            ("whose groups are longer than 4096 bytes", [row(groups: sevens(4097), groupsType: "string")], false),
        ]
        for (reason, rows, hadDisabled) in mistakes {
            let problem = #expect(throws: UsersQueryRow.Problem.self) {
                try UsersQueryRow.user(rows, typed: "ann", hadDisabled: hadDisabled)
            }
            #expect(problem?.reason.contains(reason) == true, "\(reason)")
            #expect(problem?.reason.contains("777") == false)
        }
    }
}
