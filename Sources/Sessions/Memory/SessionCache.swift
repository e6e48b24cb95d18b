internal import EventLoop

/// Statements by the hash of their token, bounded in number and in bytes. When it is full, what was not used for longest
/// makes room (second chance: one bit of use for each entry, and a hand that goes round).
///
/// It keeps whatever it is given; whether that may be believed is for ``RuleOfBelief`` to say.
struct SessionCache {
    /// One statement and what became of it.
    private struct Slot {
        var hash: Digest
        /// nil: the slot is free.
        var statement: SessionStatement?
        var user: UserKey
        /// Used again since it came, or since the hand was last here: tokens that come once push out nobody who stays.
        var wasUsed = false
        /// The last use that is not written down yet.
        var unwrittenUse: BootInstant?
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    /// Slot numbers by hash, open addressing with linear probing; -1 is empty. Token hashes are as good as random.
    private var index: [Int32]
    private var hand = 0
    /// Slots with a use to write down, and those of them whose turn it is.
    private var unwritten: [Int32] = []
    private var beingWritten: [Int32] = []

    private let mostEntries: Int
    private let mostBytes: Int
    private(set) var byteCount = 0

    /// An entry on average may have this many bytes: three times what a usual session takes.
    private static let bytesAnEntry = 512

    /// - Parameter entries: how many it keeps; 0 turns it off.
    init(entries: Int) {
        mostEntries = entries
        mostBytes = entries * Self.bytesAnEntry
        // In full from the beginning: to grow them would stop the loop. The system gives memory when it is written to.
        var size = 64
        while size * 2 < entries * 3 { size *= 2 }
        index = [Int32](repeating: -1, count: size)
        slots.reserveCapacity(entries)
    }

    var count: Int { slots.count - free.count }

    /// The number of the entry with this hash, valid until the cache changes.
    @inline(__always)
    func find(_ hash: Digest) -> Int? {
        let mask = index.count - 1
        var position = Int(truncatingIfNeeded: hash.spread) & mask
        while true {
            let number = index[position]
            if number < 0 { return nil }
            if slots[Int(number)].hash == hash { return Int(number) }
            position = (position + 1) & mask
        }
    }

    func statement(_ number: Int) -> (statement: SessionStatement, user: UserKey)? {
        slots[number].statement.map { ($0, slots[number].user) }
    }

    /// The entry was used again.
    mutating func use(_ number: Int) { slots[number].wasUsed = true }

    /// The use of an entry is to be written down.
    mutating func noteUse(_ number: Int, at now: BootInstant) {
        if slots[number].unwrittenUse == nil {
            // Entries that went since leave their numbers behind: not more of them than entries.
            if unwritten.count > 2 * mostEntries { unwritten.removeAll { slots[Int($0)].unwrittenUse == nil } }
            unwritten.append(Int32(number))
        }
        slots[number].unwrittenUse = now
    }

    /// Keeps a statement, in place of an older one if there is one.
    /// - Returns: the uses of what had to make room, which are not written down yet.
    mutating func insert(_ statement: SessionStatement, under hash: Digest) -> [SessionUse] {
        let size = statement.session.bytes.count
        guard mostEntries > 0, size <= mostBytes / 4 else { return remove(hash).map { [$0] } ?? [] }
        if let number = find(hash) {
            byteCount += size - (slots[number].statement?.session.bytes.count ?? 0)
            slots[number].statement = statement
            slots[number].user = statement.session.userKey
            return makeRoom(entries: mostEntries, bytes: mostBytes, keeping: number)
        }
        let evicted = makeRoom(entries: mostEntries - 1, bytes: mostBytes - size, keeping: nil)
        let slot = Slot(hash: hash, statement: statement, user: statement.session.userKey)
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

    /// Forgets the statement, if there is one.
    /// - Returns: the last use, if it is not written down yet.
    @discardableResult
    mutating func remove(_ hash: Digest) -> SessionUse? {
        guard let number = find(hash) else { return nil }
        let use = slots[number].unwrittenUse
        remove(number)
        return use.map { SessionUse(hash: hash, at: $0) }
    }

    /// Now it is the turn of all uses that are not written down yet, the oldest first.
    mutating func beginWriting() {
        beingWritten = unwritten.reversed() + beingWritten.filter { slots[Int($0)].unwrittenUse != nil }
        unwritten = []
    }

    /// Some of the uses whose turn it is, which from now on count as written.
    mutating func takeUses(atMost most: Int) -> [SessionUse] {
        var uses: [SessionUse] = []
        while uses.count < most, let number = beingWritten.popLast() {
            // A slot that was freed since is not used, or is there a second time.
            guard let use = slots[Int(number)].unwrittenUse else { continue }
            slots[Int(number)].unwrittenUse = nil
            uses.append(SessionUse(hash: slots[Int(number)].hash, at: use))
        }
        return uses
    }

    /// Forgets all statements.
    /// - Returns: the uses that are not written down yet.
    mutating func removeAll() -> [SessionUse] {
        beginWriting()
        let uses = takeUses(atMost: .max)
        self = SessionCache(entries: mostEntries)
        return uses
    }

    // MARK: Private

    private mutating func makeRoom(entries: Int, bytes: Int, keeping kept: Int?) -> [SessionUse] {
        var uses: [SessionUse] = []
        while count > entries || byteCount > bytes, count > (kept == nil ? 0 : 1) {
            if hand >= slots.count { hand = 0 }
            defer { hand += 1 }
            guard slots[hand].statement != nil, hand != kept else { continue }
            if slots[hand].wasUsed {
                slots[hand].wasUsed = false
                continue
            }
            if let use = slots[hand].unwrittenUse { uses.append(SessionUse(hash: slots[hand].hash, at: use)) }
            remove(hand)
        }
        return uses
    }

    private mutating func remove(_ number: Int) {
        byteCount -= slots[number].statement?.session.bytes.count ?? 0
        removeFromIndex(number)
        slots[number].statement = nil
        slots[number].unwrittenUse = nil
        free.append(Int32(number))
    }

    private mutating func addToIndex(_ hash: Digest, _ number: Int32) {
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
