/// What ``ListeningSockets/open(_:_:)`` would do, found out without a change.
extension ListeningSockets {
    /// Opens the sockets as at the start, those in files under other names, and closes them. Sockets that another program
    /// passes according to LISTEN need not have been passed to this process too.
    /// - Parameter environment: The environment, which says what systemd has passed.
    /// - Returns: Remarks that do not prevent the start, or do so only as long as another process runs.
    static func rehearse(_ settings: Settings, _ environment: [String: String]) throws(ListenError) -> [String] {
        var remarks: [String] = []
        for address in addresses(settings, environment) {
            if let remark = try rehearse(address, settings, environment) { remarks.append(remark) }
        }
        return remarks
    }

    private static func rehearse(
        _ address: ListenAddress, _ settings: Settings, _ environment: [String: String]
    ) throws(ListenError) -> String? {
        switch address.place {
        case .systemd:
            let count = ActivatedSocket.countOfSystemd(environment, pid: ProcessEnvironment.processID)
            return count > 0
                ? nil : "LISTEN is systemd: 'serve' needs a service that has a .socket unit, and ends with 78 elsewhere"
        case .standardInput:
            return ActivatedSocket.isStandardInput
                ? nil : "LISTEN is fd:0: 'serve' needs a listening socket as descriptor 0, and ends with 78 without it"
        case .unix(let path):
            // Without LISTEN this may be the socket of systemd, in whose directory this user need not be able to make one.
            let isInUse = try UnixListener.rehearse(
                path: path, kind: address.kind, mode: settings.listenMode, group: settings.socketGroup,
                besideAnother: !settings.listen.isEmpty)
            return isInUse ? inUse(address, settings) : nil
        case .ip, .localhost:
            do throws(ListenError) {
                _ = try open(address, settings, [:])
                return nil
            } catch {
                guard case .inUse = error else { throw error }
                return inUse(address, settings)
            }
        }
    }

    private static func inUse(_ address: ListenAddress, _ settings: Settings) -> String {
        "another process is listening on \(address): a start beside it would end with exit code 75"
            + (settings.listen.isEmpty ? ", unless systemd passes that socket" : "")
    }
}
