import Testing

@testable import AuthFCGI

/// The user whose rights the workers have.
struct ServiceUserTests {
    private static let host = SettingsSources.Host(
        cores: 1, readFile: { _ throws(TextFileError) in throw .notText }, userID: { _ in nil },
        groupID: { ["staff": 50, "gate": 900][$0] },
        account: { text in
            [
                "gate": SystemAccount(name: "gate", uid: 900, gid: 901, home: "/var/lib/gate"),
                "900": SystemAccount(name: "gate", uid: 900, gid: 901, home: "/var/lib/gate"),
                "root": SystemAccount(name: "root", uid: 0, gid: 0, home: "/root"),
            ][text]
        })

    private func user(_ text: String) -> ServiceUser? { ServiceUser(text, Self.host) }

    @Test func `a user is a name or a number, with the user's own group or another`() {
        #expect(user("gate").map { [$0.uid, $0.gid] } == [900, 901])
        #expect(user("900")?.name == "gate" && user("900")?.home == "/var/lib/gate")
        #expect(user("gate:staff").map { [$0.uid, $0.gid] } == [900, 50])
        #expect(user("gate:7").map { [$0.uid, $0.gid] } == [900, 7])
        #expect(user("root")?.isRoot == true && user("0")?.isRoot == true)
    }

    @Test func `a number that no user has is its own group, and has no other`() {
        #expect(user("65532").map { [$0.uid, $0.gid] } == [65_532, 65_532])
        #expect(user("65532")?.name == nil && user("65532")?.home == "/")
    }

    @Test(arguments: ["nobody", "gate:nobody", ":staff", "-1", "4294967296", "gate:", " gate"])
    func `an unknown user or group is none`(_ text: String) {
        #expect(user(text) == nil)
    }

    @Test func `root needs a user, and nobody else can have another`() {
        #expect(ServiceUser.problem(nil, startedBy: 0)?.contains("--user NAME") == true)
        #expect(ServiceUser.problem(user("gate"), startedBy: 0) == nil)
        #expect(ServiceUser.problem(user("root"), startedBy: 0) == nil)
        #expect(ServiceUser.problem(nil, startedBy: 900) == nil)
        #expect(ServiceUser.problem(user("gate"), startedBy: 900) == nil)
        #expect(ServiceUser.problem(user("gate"), startedBy: 901)?.contains("only root") == true)
        #expect(ServiceUser.problem(user("root"), startedBy: 900)?.contains("only root") == true)
    }
}
