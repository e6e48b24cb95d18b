internal import EventLoop

/// When a session was last used, by this machine's clock.
struct SessionTouch: Equatable, Sendable {
    let hash: SHA256Digest
    let at: BootInstant
}
