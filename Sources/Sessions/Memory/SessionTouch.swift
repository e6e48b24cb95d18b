internal import EventLoop

/// The last use of a session, by this machine's clock.
struct SessionTouch: Equatable, Sendable {
    let hash: SHA256Digest
    let at: BootInstant
}
