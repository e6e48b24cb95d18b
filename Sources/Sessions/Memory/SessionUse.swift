internal import EventLoop

/// When a session was last used, by this machine's clock.
struct SessionUse: Equatable, Sendable {
    let hash: Digest
    let at: BootInstant
}
