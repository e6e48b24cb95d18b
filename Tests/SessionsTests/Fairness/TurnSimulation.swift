@testable import Sessions

/// A crowd with a fixed number of elements in a queue, which takes one at a time: for each that is taken the crowd sends
/// the next, at once.
struct TurnSimulation {
    private(set) var queue = FairQueue<Int>()
    /// Returns the requester of the crowd's element with a number.
    private let crowd: (Int) -> Requester
    private var sent = 0

    /// The element of somebody who is not of the crowd.
    private static let other = -1

    /// - Parameters:
    ///   - elements: The number of the crowd's elements in the queue.
    ///   - crowd: Returns the requester of the element with a number.
    init(_ elements: Int, _ crowd: @escaping (Int) -> Requester) {
        self.crowd = crowd
        for _ in 0..<elements { send() }
    }

    /// Has somebody send elements, each when the one before was taken.
    /// - Parameters:
    ///   - count: The number of elements.
    ///   - limit: The wait after which the simulation ends.
    ///   - requester: Returns the requester of the element with a number.
    /// - Returns: The wait of each element, as the number of the crowd's elements taken meanwhile.
    mutating func waits(_ count: Int, atMost limit: Int = 5000, _ requester: (Int) -> Requester) -> [Int] {
        var waits: [Int] = []
        for number in 0..<count {
            queue.append(Self.other, for: requester(number))
            var wait = 0
            while wait < limit, queue.popFirst() != Self.other {
                send()
                wait += 1
            }
            waits.append(wait)
            if wait == limit { return waits }
        }
        return waits
    }

    private mutating func send() {
        queue.append(sent, for: crowd(sent))
        sent += 1
    }
}
