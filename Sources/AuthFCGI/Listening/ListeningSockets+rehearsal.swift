/// What ``ListeningSockets/open(_:_:)`` would do, found out without a change.
extension ListeningSockets {
    /// Opens the sockets of LISTEN as at the start, those in files under other names, and closes them. Sockets that another
    /// program passes at the start are not known.
    /// - Returns: Remarks that do not prevent the start, or do so only as long as another process runs.
    static func rehearse(_ settings: Settings) throws(ListenError) -> [String] {
        if settings.listen.isEmpty { return rehearseStandard(settings) }
        var remarks: [String] = []
        for address in settings.listen {
            guard try isInUse(address, settings) else { continue }
            remarks.append("another process is listening on \(address): a start beside it would end with exit code 75")
        }
        return remarks
    }

    /// Without LISTEN the sockets may be passed at the start, and then the standard one is not opened.
    private static func rehearseStandard(_ settings: Settings) -> [String] {
        do throws(ListenError) {
            guard try isInUse(.standard, settings) else { return [] }
            return ["another process is listening on \(ListenAddress.standard)"]
        } catch {
            return ["without LISTEN, and without a socket from systemd, the start would fail: \(error)"]
        }
    }

    private static func isInUse(_ address: ListenAddress, _ settings: Settings) throws(ListenError) -> Bool {
        switch address {
        case .unix(let path):
            return try UnixListener.rehearse(path: path, mode: settings.listenMode, group: settings.listenGroup)
        case .systemd, .standardInput: return false
        case .ipv4, .ipv6, .localhost:
            do throws(ListenError) {
                _ = try open(address, settings, [:])
                return false
            } catch {
                guard case .inUse = error else { throw error }
                return true
            }
        }
    }
}
