/// The assembly of a reply from the callbacks of hiredis, which reports arrays before their elements.
final class RedisReplyAssembly {
    /// The complete reply, until it is taken.
    private var whole: RedisReply?
    /// The incomplete arrays, each an element of the one before it.
    private var arrays: [(left: Int, elements: [RedisReply])] = []
    /// The number of elements of all arrays of the reply.
    private var elements = 0

    /// The maximum number of elements of an array: the largest expected array is a cluster's slot map, with one entry
    /// for each of 16,384 slots at worst.
    private static let maxElements = 16_384
    /// The maximum number of elements of all nested arrays together: those of such a map with a primary and a replica
    /// in each entry. Without this limit a few bytes could make the reader allocate a hundredfold.
    private static let maxElementsTogether = 16 * 16_384
    /// The maximum depth of nested arrays: a slot map needs four. Only some versions of hiredis have a limit of their
    /// own, and freeing deeply nested arrays recurses as deeply.
    private static let maxNesting = 7
    /// The maximum number of elements for which memory is reserved in advance.
    private static let maxReserved = 256

    /// The reason why `begin` refused an array. hiredis reports every refusal as a lack of memory.
    private(set) var refusal: String?

    /// Starts an array.
    /// - Returns: False if the array exceeds a limit.
    func begin(elements count: Int) -> Bool {
        guard arrays.count < Self.maxNesting else {
            refusal = "arrays nested more than \(Self.maxNesting) deep"
            return false
        }
        guard count <= Self.maxElements, elements + count <= Self.maxElementsTogether else {
            refusal = "an array with too many elements"
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
