internal import EventLoop

/// The last confirmed heartbeat, on the present connection or an earlier one: above all, its keys.
struct KnownKeys {
    private var last: ReadDialogue.SentHeartbeat?

    /// The time for which the keys of a heartbeat are known to be all keys.
    private static let maximumAge = Duration.seconds(5)

    /// The keys, or nil before the first heartbeat.
    var keys: TokenKeys? { last?.heartbeat.keys }

    /// The keys of seals, as ``SealKeys`` reads them; nil if there are none, and before the first heartbeat.
    var sealKeys: [UInt8]? { last?.heartbeat.sealKeys }

    /// A Boolean value that indicates whether a new key of seals should be made.
    var needsSealKey: Bool { last?.heartbeat.needsSealKey ?? false }

    /// A Boolean value that indicates whether the rows of a user's sessions may look live although all of them have ended.
    var hasUntidiedUsers: Bool { last?.heartbeat.hasUntidiedUsers ?? false }

    /// The time of the heartbeat's sending.
    var sentAt: BootInstant? { last?.sentAt }

    /// Returns whether no other key can have been made in the meantime.
    func areAll(at now: BootInstant) -> Bool {
        guard let sentAt else { return false }
        return now - sentAt < Self.maximumAge
    }

    /// Replaces the keys by those of a later heartbeat.
    /// - Returns: True if a known key was removed.
    mutating func replace(by heartbeat: ReadDialogue.SentHeartbeat) -> Bool {
        defer { last = heartbeat }
        guard let keys else { return false }
        return !heartbeat.heartbeat.keys.contains(keys)
    }
}
