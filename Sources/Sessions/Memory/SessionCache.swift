internal import EventLoop

/// A cache of snapshots by token hash, limited in entries and bytes. A full cache evicts entries that have not been
/// used recently (second chance: one use bit per entry, and a rotating hand).
///
/// It stores any snapshot. ``FreshnessRule`` decides whether one may be used.
struct SessionCache {
    /// A snapshot and its use.
    private struct Slot {
        var hash: SHA256Digest
        /// The snapshot, or nil if the slot is free.
        var snapshot: SessionSnapshot?
        var user: UserKey
        /// A Boolean value that indicates whether the entry was used since it was added or last passed by the hand.
        /// Tokens that are used once do not evict those in use.
        var wasUsed = false
        /// The last touch that is not written to PostgreSQL yet.
        var unwrittenTouch: BootInstant?
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    /// The slot numbers by hash: open addressing with linear probing, -1 for empty. Token hashes are evenly
    /// distributed.
    private var index: [Int32]
    private var hand = 0
    /// The slots with an unwritten touch, and those of them that are being written.
    private var unwritten: [Int32] = []
    private var beingWritten: [Int32] = []

    private let maxEntries: Int
    private let maxBytes: Int
    private(set) var byteCount = 0

    /// The average size limit of an entry in bytes: three times that of a usual session.
    private static let bytesAnEntry = 512

    /// Creates an empty cache.
    /// - Parameter entries: The maximum number of entries; 0 turns the cache off.
    init(entries: Int) {
        maxEntries = entries
        maxBytes = entries * Self.bytesAnEntry
        // Allocated in full: growing them later would stall the loop. The kernel provides the memory when it is written
        // to.
        var size = 64
        while size * 2 < entries * 3 { size *= 2 }
        index = [Int32](repeating: -1, count: size)
        slots.reserveCapacity(entries)
    }

    var count: Int { slots.count - free.count }

    /// Returns the number of the entry with this hash, valid until the cache changes.
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

    /// Returns the snapshot of an entry and its user.
    func snapshot(_ number: Int) -> (snapshot: SessionSnapshot, user: UserKey)? {
        slots[number].snapshot.map { ($0, slots[number].user) }
    }

    /// Records the use of an entry, for eviction.
    mutating func use(_ number: Int) { slots[number].wasUsed = true }

    /// Records a touch of an entry that is to be written.
    mutating func noteTouch(_ number: Int, at now: BootInstant) {
        if slots[number].unwrittenTouch == nil {
            // Removed entries leave their numbers behind. This bounds them.
            if unwritten.count > 2 * maxEntries { unwritten.removeAll { slots[Int($0)].unwrittenTouch == nil } }
            unwritten.append(Int32(number))
        }
        slots[number].unwrittenTouch = now
    }

    /// Stores a snapshot, replacing an older one.
    /// - Returns: The unwritten touches of evicted entries.
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

    /// Removes a snapshot, if there is one.
    /// - Returns: Its unwritten touch, if any.
    @discardableResult
    mutating func remove(_ hash: SHA256Digest) -> SessionTouch? {
        guard let number = find(hash) else { return nil }
        let touch = slots[number].unwrittenTouch
        remove(number)
        return touch.map { SessionTouch(hash: hash, at: $0) }
    }

    /// Starts the writing of all unwritten touches, the oldest first.
    mutating func beginWriting() {
        beingWritten = unwritten.reversed() + beingWritten.filter { slots[Int($0)].unwrittenTouch != nil }
        unwritten = []
    }

    /// Returns some of the touches that are being written, which count as written from now on.
    mutating func takeTouches(atMost most: Int) -> [SessionTouch] {
        var touches: [SessionTouch] = []
        while touches.count < most, let number = beingWritten.popLast() {
            // A slot that was freed since has no touch; a reused one may appear twice.
            guard let touch = slots[Int(number)].unwrittenTouch else { continue }
            slots[Int(number)].unwrittenTouch = nil
            touches.append(SessionTouch(hash: slots[Int(number)].hash, at: touch))
        }
        return touches
    }

    /// Removes all snapshots.
    /// - Returns: The unwritten touches.
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

    /// Removes a slot number and moves every later entry that a search would no longer reach into the gap.
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
            // True if its home position is at or before the gap, with wraparound.
            if (position - home) & mask >= (position - gap) & mask {
                index[gap] = other
                gap = position
            }
        }
        index[gap] = -1
    }
}
