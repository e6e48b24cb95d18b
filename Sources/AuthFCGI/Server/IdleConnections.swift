internal import EventLoop

/// The idle connections of a worker, in the order in which they became idle. Every operation takes the same time, however
/// many there are: at the limit, each new connection asks for the oldest.
@EventLoop
final class IdleConnections {
    /// The connection that is idle for the longest time; nil if none is idle.
    private(set) var oldest: Connection?
    private var newest: Connection?

    /// The place of a connection in the list.
    struct Place {
        fileprivate var isListed = false
        fileprivate var older: Connection?
        fileprivate var newer: Connection?
    }

    /// Adds a connection that has become idle, or moves it to the end.
    func append(_ connection: Connection) {
        remove(connection)
        connection.idlePlace.isListed = true
        connection.idlePlace.older = newest
        if let newest { newest.idlePlace.newer = connection } else { oldest = connection }
        newest = connection
    }

    /// Removes a connection, if it is in the list.
    func remove(_ connection: Connection) {
        let place = connection.idlePlace
        guard place.isListed else { return }
        if let older = place.older { older.idlePlace.newer = place.newer } else { oldest = place.newer }
        if let newer = place.newer { newer.idlePlace.older = place.older } else { newest = place.older }
        connection.idlePlace = Place()
    }
}
