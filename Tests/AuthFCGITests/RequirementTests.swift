import Sessions
import Testing

@testable import AuthFCGI

struct RequirementTests {
    private static let ann = Identity(userID: "1", username: "ann", groups: ["staff", "on-call", "Zoë"])

    @Test(arguments: [
        ("user ann", true), ("user Ann", false), ("user 1", false), ("user bob", false), ("group staff", true),
        ("group Staff", false), ("group sta", false), ("group staff,on-call", false), ("group Zoë", true),
        ("group Zoe\u{308}", false),
        ("user bob or group staff", true), ("user bob or group admin", false), ("group staff and group on-call", true),
        ("group staff and group admin", false), ("user ann and group staff and group on-call", true),
        ("user bob and group staff or group on-call", true), ("group admin or user ann and group staff", true),
        ("group admin or user ann and group admin", false), ("group staff or group admin and group x", true),
        ("  group   staff  ", true), ("group and", false), ("group or or group staff", true), ("user user", false),
        ("group and and group staff", false),
    ])
    func `a requirement holds or does not`(_ text: String, _ holds: Bool) throws {
        #expect(try Requirement(text).isMet(by: Self.ann) == holds)
    }

    @Test(arguments: [
        "", " ", "group", "user", "staff", "group staff group admin", "group staff and", "group staff or",
        "and group staff",
        "or", "Group staff", "groups staff", "group staff AND group x", "group staff, group x", "not group staff",
        "(group staff)", "group staff xor group x", "group staff and or group x", "group staff\tand group x y",
    ])
    func `what is not understood lets nobody in`(_ text: String) {
        #expect(throws: Requirement.Unreadable.self) { try Requirement(text) }
    }

    @Test func `who has no groups meets no group`() throws {
        let nobody = Identity(userID: "2", username: "")
        #expect(try !Requirement("group staff").isMet(by: nobody))
        #expect(try !Requirement("user ann").isMet(by: nobody))
    }
}
