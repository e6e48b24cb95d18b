internal import EventLoop

extension SessionStore {
    /// Has `handler` called whenever PostgreSQL or Redis refuses the user or the password of the configuration, which may have
    /// been changed there: at most once for each attempt to connect.
    package func onRefusedLogin(_ handler: @escaping @EventLoop () -> Void) {
        for lane in [writeLane, loginLane, listLane] { lane.onRefusedLogin = handler }
        readLane.onRefusedLogin = handler
        externalUsers?.onRefusedLogin = handler
        redis?.onRefusedLogin = handler
    }
}
