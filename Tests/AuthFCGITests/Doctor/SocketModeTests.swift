import Testing

@testable import AuthFCGI

/// What the doctor says of the rights to connect to a socket.
struct SocketModeTests {
    // The mode, LISTEN_GROUP, LISTEN_PEER_UIDS.
    static let modes: [(UInt32, Bool, Bool, Finding.Weight)] = [
        (0o660, true, false, .fine), (0o660, false, false, .note), (0o660, false, true, .fine),
        (0o620, true, false, .fine), (0o600, true, false, .warning), (0o640, true, false, .warning),
        (0o600, false, false, .note), (0o000, false, false, .warning), (0o000, true, true, .warning),
        (0o600, true, true, .warning), (0o666, true, false, .warning), (0o666, false, true, .fine),
        (0o606, true, false, .warning),
    ]

    @Test(arguments: modes)
    func `LISTEN_MODE lets nginx connect, and nobody else`(
        _ mode: UInt32, _ hasGroup: Bool, _ hasPeers: Bool, _ weight: Finding.Weight
    ) {
        let finding = MachineChecks.mode(mode, hasGroup: hasGroup, hasPeers: hasPeers)
        #expect(finding.weight == weight, "\(finding)")
        if mode & 0o020 == 0 { #expect(!finding.text.contains("if its user is in the group"), "\(finding)") }
    }

    static let sockets: [(UInt32, UInt32, [Finding.Weight])] = [
        (0o660, 7, []), (0o777, 7, [.warning]), (0o600, 7, [.warning]), (0o664, 7, [.note]),
        (0o660, 8, [.warning]), (0o777, 8, [.warning, .warning]),
    ]

    @Test(arguments: sockets)
    func `a socket that is there, of mode 0660 and group 7`(
        _ mode: UInt32, _ group: UInt32, _ weights: [Finding.Weight]
    ) {
        let rights = FileRights(mode: mode, user: 1, group: group)
        let findings = MachineChecks.presentSocket("/run/a.sock", rights, mode: 0o660, group: 7, hasPeers: false)
        #expect(findings.map(\.weight) == weights, "\(findings)")
    }

    @Test func `every mode is right that the settings let peers decide about`() {
        let rights = FileRights(mode: 0o666, user: 1, group: 7)
        let findings = MachineChecks.presentSocket("/run/a.sock", rights, mode: 0o660, group: nil, hasPeers: true)
        #expect(findings.map(\.weight) == [.note])
    }

    // The mode, whether it is the own user's, LISTEN_GROUP.
    static let folders: [(UInt32, Bool, Bool, Finding.Weight?)] = [
        (0o755, false, true, nil), (0o710, false, true, nil), (0o700, true, false, .note),
        (0o700, true, true, .warning), (0o700, false, false, .warning),
    ]

    @Test(arguments: folders)
    func `a folder that its user alone may enter`(
        _ mode: UInt32, _ isOwn: Bool, _ hasGroup: Bool, _ weight: Finding.Weight?
    ) {
        let rights = FileRights(mode: mode, user: 1, group: 1)
        #expect(MachineChecks.closedFolder("/run/a", rights, isOwn: isOwn, hasGroup: hasGroup)?.weight == weight)
    }
}
