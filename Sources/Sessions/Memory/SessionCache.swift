internal import EventLoop

/// Snapshots by the hash of their token, bounded in number and in bytes. When it is full, what was not used for longest
/// makes room (second chance: one bit of use for each entry, and a hand that goes round).
///
/// It keeps whatever it is given; whether that may be believed is for ``FreshnessRule`` to say.
struct SessionCache {
    /// One snapshot and what became of it.
    private struct Slot {
        var hash: SHA256Digest
        /// nil: the slot is free.
        var snapshot: SessionSnapshot?
        var user: UserKey
        /// Used again since it came, or since the hand was last here: tokens that come once push out nobody who stays.
        var wasUsed = false
        /// The last use that is not written down yet.
        var unwrittenTouch: BootInstant?
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    /// Slot numbers by hash, open addressing with linear probing; -1 is empty. Token hashes are as good as random.
    private var index: [Int32]
    private var hand = 0
    /// Slots with a use to write down, and those of them whose turn it is.
    private var unwritten: [Int32] = []
    private var beingWritten: [Int32] = []

    private let maxEntries: Int
    private let maxBytes: Int
    private(set) var byteCount = 0

    /// An entry on average may have this many bytes: three times what a usual session takes.
    private static let bytesAnEntry = 512

    /// - Parameter entries: how many it keeps; 0 turns it off.
    init(entries: Int) {
        maxEntries = entries
        maxBytes = entries * Self.bytesAnEntry
        // In full from the beginning: to grow them would stop the loop. The system gives memory when it is written to.
        var size = 64
        while size * 2 < entries * 3 { size *= 2 }
        index = [Int32](repeating: -1, count: size)
        slots.reserveCapacity(entries)
    }

    var count: Int { slots.count - free.count }

    /// The number of the entry with this hash, valid until the cache changes.
    @inline(__always)
    func find(_ hash: SHA256Digest) -> Int? {
        let mask = index.count - 1
        var position = Int(truncatingIfNeeded: hash.spread) & mask
        while true {
            let number = index[position]
            if number < 0 { return nil }
            if slots[Int(number)].hash == hash { return Int(number) }
            position = (position + 1) & mask
        }
    }

    func snapshot(_ number: Int) -> (snapshot: SessionSnapshot, user: UserKey)? {
        slots[number].snapshot.map { ($0, slots[number].user) }
    }

    /// The entry was used again.
    mutating func use(_ number: Int) { slots[number].wasUsed = true }

    /// The use of an entry is to be written down.
    mutating func noteTouch(_ number: Int, at now: BootInstant) {
        if slots[number].unwrittenTouch == nil {
            // Entries that went since leave their numbers behind: not more of them than entries.
            if unwritten.count > 2 * maxEntries { unwritten.removeAll { slots[Int($0)].unwrittenTouch == nil } }
            unwritten.append(Int32(number))
        }
        slots[number].unwrittenTouch = now
    }

    /// Keeps a snapshot, in place of an older one if there is one.
    /// - Returns: the touches of what had to make room, which are not written down yet.
    mutating func insert(_ snapshot: SessionSnapshot, under hash: SHA256Digest) -> [SessionTouch] {
        let size = snapshot.session.bytes.count
        guard maxEntries > 0, size <= maxBytes / 4 else { return remove(hash).map { [$0] } ?? [] }
        if let number = find(hash) {
            byteCount += size - (slots[number].snapshot?.session.bytes.count ?? 0)
            slots[number].snapshot = snapshot
            slots[number].user = snapshot.session.userKey
            return makeRoom(entries: maxEntries, bytes: maxBytes, keeping: number)
        }
        let evicted = makeRoom(entries: maxEntries - 1, bytes: maxBytes - size, keeping: nil)
        let slot = Slot(hash: hash, snapshot: snapshot, user: snapshot.session.userKey)
        byteCount += size
        if let number = free.popLast() {
            slots[Int(number)] = slot
            addToIndex(hash, number)
        } else {
            slots.append(slot)
            addToIndex(hash, Int32(slots.count - 1))
        }
        return evicted
    }

    /// Forgets the snapshot, if there is one.
    /// - Returns: the last use, if it is not written down yet.
    @discardableResult
    mutating func remove(_ hash: SHA256Digest) -> SessionTouch? {
        guard let number = find(hash) else { return nil }
        let touch = slots[number].unwrittenTouch
        remove(number)
        return touch.map { SessionTouch(hash: hash, at: $0) }
    }

    /// Now it is the turn of all touches that are not written down yet, the oldest first.
    mutating func beginWriting() {
        beingWritten = unwritten.reversed() + beingWritten.filter { slots[Int($0)].unwrittenTouch != nil }
        unwritten = []
    }

    /// Some of the touches whose turn it is, which from now on count as written.
    mutating func takeTouches(atMost most: Int) -> [SessionTouch] {
        var touches: [SessionTouch] = []
        while touches.count < most, let number = beingWritten.popLast() {
            // A slot that was freed since is not used, or is there a second time.
            guard let touch = slots[Int(number)].unwrittenTouch else { continue }
            slots[Int(number)].unwrittenTouch = nil
            touches.append(SessionTouch(hash: slots[Int(number)].hash, at: touch))
        }
        return touches
    }

    /// Forgets all snapshots.
    /// - Returns: the touches that are not written down yet.
    mutating func removeAll() -> [SessionTouch] {
        beginWriting()
        let touches = takeTouches(atMost: .max)
        self = SessionCache(entries: maxEntries)
        return touches
    }

    // MARK: Private

    private mutating func makeRoom(entries: Int, bytes: Int, keeping kept: Int?) -> [SessionTouch] {
        var touches: [SessionTouch] = []
        while count > entries || byteCount > bytes, count > (kept == nil ? 0 : 1) {
            if hand >= slots.count { hand = 0 }
            defer { hand += 1 }
            guard slots[hand].snapshot != nil, hand != kept else { continue }
            if slots[hand].wasUsed {
                slots[hand].wasUsed = false
                continue
            }
            if let touch = slots[hand].unwrittenTouch {
                touches.append(SessionTouch(hash: slots[hand].hash, at: touch))
            }
            remove(hand)
        }
        return touches
    }

    private mutating func remove(_ number: Int) {
        byteCount -= slots[number].snapshot?.session.bytes.count ?? 0
        removeFromIndex(number)
        slots[number].snapshot = nil
        slots[number].unwrittenTouch = nil
        free.append(Int32(number))
    }

    private mutating func addToIndex(_ hash: SHA256Digest, _ number: Int32) {
        let mask = index.count - 1
        var position = Int(truncatingIfNeeded: hash.spread) & mask
        while index[position] >= 0 { position = (position + 1) & mask }
        index[position] = number
    }

    /// Closes the gap: every entry behind it that a search could not reach any more moves forward.
    private mutating func removeFromIndex(_ number: Int) {
        let mask = index.count - 1
        var gap = Int(truncatingIfNeeded: slots[number].hash.spread) & mask
        while index[gap] != Int32(number) { gap = (gap + 1) & mask }
        var position = gap
        while true {
            position = (position + 1) & mask
            let other = index[position]
            guard other >= 0 else { break }
            let home = Int(truncatingIfNeeded: slots[Int(other)].hash.spread) & mask
            // Whether its home lies at or before the gap, going round.
            if (position - home) & mask >= (position - gap) & mask {
                index[gap] = other
                gap = position
            }
        }
        index[gap] = -1
    }
}
