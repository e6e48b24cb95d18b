import Testing

@testable import AuthFCGI

/// What the doctor makes of the machine.
struct MachineChecksTests {
    @Test func `a small limit of waiting connections is a warning with the number to set`() throws {
        #expect(MachineChecks.backlog(nil) == .fine("at least 4096 connections may wait"))
        let finding = MachineChecks.backlog(128)
        #expect(finding.weight == .warning && finding.text.hasPrefix("128 connections may wait; more are refused"))
        let check = try #require(DoctorTable.installation.first { $0.name == "backlog" })
        #expect(check.remedy == "set net.core.somaxconn to 4096 (sysctl)")
    }
}
