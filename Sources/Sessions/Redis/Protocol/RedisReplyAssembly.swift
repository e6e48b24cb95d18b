/// Puts a reply together while hiredis reads it, which tells of arrays before their elements.
final class RedisReplyAssembly {
    /// The reply that is whole, until it is taken.
    private var whole: RedisReply?
    /// Arrays that are not, each an element of the one before it.
    private var arrays: [(left: Int, elements: [RedisReply])] = []
    /// Elements of all arrays of the reply.
    private var elements = 0

    /// The greatest array that anybody asks for is the map of a cluster: a line for each of its 16,384 slots at worst.
    private static let maxElements = 16_384
    /// All arrays within each other have no more elements together than such a map, whose every line has a primary and
    /// a replica: a few bytes would take a hundred otherwise.
    private static let maxElementsTogether = 16 * 16_384
    /// How deep arrays lie within each other at most: the map of a cluster needs four. hiredis has a bound of its own in
    /// some versions only, and arrays without one would be freed by as many nested calls.
    private static let maxNesting = 7
    /// What is taken on the server's word alone.
    private static let maxReserved = 256

    /// Why `begin` has refused an array. hiredis calls every refusal a lack of memory.
    private(set) var refusal: String?

    /// - Returns: false when no reply is that large or that deep.
    func begin(elements count: Int) -> Bool {
        guard arrays.count < Self.maxNesting else {
            refusal = "arrays nested more than \(Self.maxNesting) deep"
            return false
        }
        guard count <= Self.maxElements, elements + count <= Self.maxElementsTogether else {
            refusal = "an array larger than any that was asked for"
            return false
        }
        elements += count
        guard count > 0 else {
            add(.array([]))
            return true
        }
        var array: [RedisReply] = []
        array.reserveCapacity(min(count, Self.maxReserved))
        arrays.append((count, array))
        return true
    }

    func add(_ reply: RedisReply) {
        var reply = reply
        while !arrays.isEmpty {
            let last = arrays.count - 1
            arrays[last].elements.append(reply)
            arrays[last].left -= 1
            guard arrays[last].left == 0 else { return }
            reply = .array(arrays.removeLast().elements)
        }
        whole = reply
    }

    func take() -> RedisReply? {
        elements = 0
        return whole.take()
    }
}
