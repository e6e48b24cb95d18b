/// The expected form of a reply. After any other reply the connection cannot be used any more.
enum RedisExpectation: Sendable {
    /// A value or null: the reply to GET.
    case value
    /// An array of the given number of values or nulls: the reply to MGET.
    case values(Int)
    /// An acknowledgement: the status of SET, the number of DEL.
    case acknowledgement
    /// Any reply. Its handler examines it.
    case anything

    /// Returns the reason why the connection cannot be used after this reply, or nil if it can.
    func objection(to reply: RedisReply) -> RedisError? {
        switch (self, reply) {
        case (.anything, _): nil
        case (.value, .string), (.value, .null): nil
        case (.value, .error(let error)): Self.concernsOneKey(error) ? nil : .refused(error.description)
        case (.values(let count), .array(let values)) where values.count == count && values.allSatisfy(Self.isValue):
            nil
        case (.values, .error(let error)): .refused(Self.wording(of: error))
        // A server that refuses writes may still be read, except one that has become a replica.
        case (.acknowledgement, .error(let error)): error.code == "READONLY" ? .refused(error.description) : nil
        case (.acknowledgement, .status), (.acknowledgement, .integer): nil
        case (.value, _), (.values, _), (.acknowledgement, _):
            .confusion("unexpected type of reply")
        }
    }

    private static func isValue(_ reply: RedisReply) -> Bool {
        switch reply {
        case .string, .null: true
        case .status, .integer, .error, .array: false
        }
    }

    /// Returns true if the key has a value of another type, or is served by another node or by none.
    private static func concernsOneKey(_ error: RedisServerError) -> Bool {
        ["WRONGTYPE", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.code) && !error.isOfWholeCluster
    }

    /// Returns the server's text, with advice if only a node of a cluster sends such an error to a client of a single
    /// server.
    private static func wording(of error: RedisServerError) -> String {
        let isOfCluster = ["MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN"].contains(error.code)
        return isOfCluster ? "the server belongs to a cluster: use redis+cluster:// (\(error))" : error.description
    }
}
