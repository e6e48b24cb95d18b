import Sessions
import Testing

@testable import AuthFCGI

struct RequirementTests {
    private static let ann = Identity(
        userID: "1", username: "ann", groups: ["staff", "on-call", "Zoë", "night shift", "o'clock \"5\""])

    @Test(
        arguments: [
            ("user ann", true), ("user Ann", false), ("user 1", false), ("user bob", false), ("group staff", true),
            ("group Staff", false), ("group sta", false), ("group Zoë", true),
            ("group Zoe\u{308}", false),
            ("user bob or group staff", true), ("user bob or group admin", false),
            ("group staff and group on-call", true),
            ("group staff and group admin", false), ("user ann and group staff and group on-call", true),
            ("user bob and group staff or group on-call", true), ("group admin or user ann and group staff", true),
            ("group admin or user ann and group admin", false), ("group staff or group admin and group x", true),
            ("  group   staff  ", true), ("group and", false), ("group or or group staff", true), ("user user", false),
            ("group and and group staff", false), ("group 'staff'", true), ("group \"staff\"", true),
            ("user 'ann'or'x' or group staff", nil), ("group 'night shift'", true), ("group \"night shift\"", true),
            ("group night shift", nil), ("group ' night shift '", false), ("group 'o''clock \"5\"'", true),
            ("group \"o'clock \"\"5\"\"\"", true), ("group o'clock", false), ("user bob or group 'night shift'", true),
            ("group 'x' and group 'night shift'", false), ("group 'and' or group 'staff'", true),
            ("group\tstaff\n    and\r\n    group on-call\n", true), ("group 'staff,on-call'", false),
        ] as [(String, Bool?)])
    func `a requirement is met, unmet or invalid`(_ text: String, _ holds: Bool?) {
        #expect((try? Requirement(text))?.isMet(by: Self.ann) == holds)
    }

    @Test(arguments: [
        "", " ", "group", "user", "staff", "group staff group admin", "group staff and", "group staff or",
        "and group staff",
        "or", "Group staff", "groups staff", "group staff AND group x", "group staff, group x", "not group staff",
        "(group staff)", "group staff xor group x", "group staff and or group x", "group staff\tand group x y",
        "group staff,on-call", "group staff) and group x", "group staff|group x",
        "group staff;", "group=staff", "group ''", "group \"\"", "group 'staff", "group \"staff'", "group 'staff'x",
        "'group' staff", "\"group staff\"", "group staff 'and' group x", "group staff 'or' group x", "group 'a'b'",
        "group sta\"ff", "group staff && group x", "group !staff", "user", "\u{a0}group staff", "group\u{2003}staff",
        "group staff and", "'", "\"",
    ])
    func `an invalid requirement admits nobody`(_ text: String) {
        #expect(throws: Requirement.Unreadable.self) { try Requirement(text) }
    }

    @Test func `a user without groups meets no group requirement`() throws {
        let nobody = Identity(userID: "2", username: "")
        #expect(try !Requirement("group staff").isMet(by: nobody))
        #expect(try !Requirement("user ann").isMet(by: nobody))
    }
}
