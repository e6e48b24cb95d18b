internal import Glibc

/// Who may connect to the sockets.
extension MachineChecks {
    @Sendable
    static func socketMode(_ examination: Examination) -> [Finding] {
        let settings = examination.settings
        let ports = ports(settings.listen)
        let paths = (settings.listen.isEmpty ? [ListenAddress.standard] : settings.listen).compactMap(\.path)
        guard !paths.isEmpty else { return ports.isEmpty ? [.fine("another program makes the socket")] : ports }
        let (hasGroup, hasPeers) = (settings.listenGroup != nil, settings.listenPeers != nil)
        var findings = ports + [mode(settings.listenMode, hasGroup: hasGroup, hasPeers: hasPeers)]
        for path in paths {
            if let rights = FileRights(ofSocket: path) {
                findings += presentSocket(
                    path, rights, mode: settings.listenMode, group: settings.listenGroup, hasPeers: hasPeers)
            }
            for folder in folders(above: path) {
                guard let rights = FileRights(ofFolder: folder),
                    let finding = closedFolder(folder, rights, isOwn: rights.user == geteuid(), hasGroup: hasGroup)
                else { continue }
                findings.append(finding)
            }
        }
        return findings
    }

    /// Returns what is to be said of the addresses that are no unix sockets.
    private static func ports(_ listen: [ListenAddress]) -> [Finding] {
        if let open = listen.first(where: \.place.isOpenToOthers) {
            return [
                .note(
                    "LISTEN has \(open), where whoever connects from TRUSTED_PROXIES may say who the client is",
                    "have a firewall or a NetworkPolicy let the front alone connect")
            ]
        }
        guard listen.contains(where: \.place.isTCP) else { return [] }
        return [
            .warning(
                "LISTEN has a port, and every user of this machine may ask about sessions and try passwords there",
                "listen on unix:PATH alone")
        ]
    }

    /// - Parameters:
    ///   - mode: LISTEN_MODE
    ///   - hasGroup: Whether LISTEN_GROUP is set.
    ///   - hasPeers: Whether LISTEN_PEER_UIDS is set.
    static func mode(_ mode: UInt32, hasGroup: Bool, hasPeers: Bool) -> Finding {
        let remedy = "write 0660, and name the group of nginx in LISTEN_GROUP"
        let fact = "LISTEN_MODE is \(octal(mode))"
        guard mode & 0o002 == 0 else {
            if hasPeers { return .fine("LISTEN_PEER_UIDS names who may connect") }
            return .warning("\(fact): every user of this machine may ask about sessions and try passwords", remedy)
        }
        // To connect is to write.
        guard mode & 0o220 != 0 else { return .warning("\(fact): nobody but root may connect", remedy) }
        guard mode & 0o020 != 0 else {
            let text = "\(fact): its group may not connect, and nginx only if it runs as the user of 'serve'"
            return hasGroup ? .warning(text, remedy) : .note(text, remedy)
        }
        if hasPeers { return .fine("LISTEN_PEER_UIDS names who may connect") }
        guard !hasGroup else { return .fine("LISTEN_MODE \(octal(mode)), LISTEN_GROUP") }
        return .note(
            "\(fact) without LISTEN_GROUP: nginx may connect if its user is in the group of 'serve'",
            "name the group of nginx in LISTEN_GROUP unless systemd makes the socket")
    }

    /// Returns what is to be said of a socket that is there and has another mode or another group.
    /// - Parameters:
    ///   - path: The path.
    ///   - rights: What the socket has.
    ///   - mode: LISTEN_MODE
    ///   - group: LISTEN_GROUP; nil if it is not set.
    ///   - hasPeers: Whether LISTEN_PEER_UIDS is set.
    static func presentSocket(
        _ path: String, _ rights: FileRights, mode: UInt32, group: UInt32?, hasPeers: Bool
    ) -> [Finding] {
        let remedy = "restart what has made it ('serve', or the .socket unit), or correct the setting"
        var findings: [Finding] = []
        if rights.mode != mode {
            let text = "the mode of \(path) is \(octal(rights.mode)), and LISTEN_MODE is \(octal(mode))"
            if rights.mode & ~mode & 0o002 != 0, !hasPeers {
                findings.append(.warning("\(text): every user of this machine may connect now", remedy))
            } else if mode & ~rights.mode & 0o020 != 0 {
                findings.append(.warning("\(text): its group may not connect now", remedy))
            } else {
                findings.append(.note(text))
            }
        }
        if let group, rights.group != group {
            findings.append(
                .warning("\(path) belongs to the group \(rights.group), and LISTEN_GROUP is \(group)", remedy))
        }
        return findings
    }

    /// Returns what is to be said of a folder that its user alone may enter; nil for any other.
    /// - Parameters:
    ///   - path: The path.
    ///   - rights: What the folder has.
    ///   - isOwn: Whether it belongs to the user of this process.
    ///   - hasGroup: Whether LISTEN_GROUP is set.
    static func closedFolder(_ path: String, _ rights: FileRights, isOwn: Bool, hasGroup: Bool) -> Finding? {
        guard rights.mode & 0o011 == 0 else { return nil }
        let text =
            "the mode of the folder \(path) is \(octal(rights.mode)): nobody may connect but its user (\(rights.user)) and root"
        let remedy = "let the user of nginx enter it, or put the socket elsewhere"
        return isOwn && !hasGroup ? .note(text, remedy) : .warning(text, remedy)
    }

    /// Returns the folders on the way to a file.
    private static func folders(above path: String) -> [String] {
        path.indices.filter { path[$0] == "/" && $0 > path.startIndex }.map { String(path[..<$0]) }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
