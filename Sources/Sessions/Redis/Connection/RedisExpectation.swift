/// What a reply must look like. A server that says something else is not understood, or is not well, and its connection
/// is of no more use.
enum RedisExpectation: Sendable {
    /// A value or nothing, as GET says.
    case value
    /// So many of them, as MGET says.
    case values(Int)
    /// An acknowledgement: the status of SET, the number of DEL.
    case acknowledgement
    /// Whatever whoever asked makes of it.
    case anything

    /// Why the connection is of no more use after this reply; nil: it is.
    func objection(to reply: RedisReply) -> RedisError? {
        switch (self, reply) {
        case (.anything, _): nil
        case (.value, .string), (.value, .null): nil
        case (.value, .error(let error)): Self.concernsOneKey(error) ? nil : .refused(error.description)
        case (.values(let count), .array(let values)) where values.count == count && values.allSatisfy(Self.isValue):
            nil
        case (.values, .error(let error)): .refused(Self.wording(of: error))
        // A server that takes no writes may still be read, except one that has become a replica.
        case (.acknowledgement, .error(let error)): error.code == "READONLY" ? .refused(error.description) : nil
        case (.acknowledgement, .status), (.acknowledgement, .integer): nil
        case (.value, _), (.values, _), (.acknowledgement, _):
            .confusion("a reply of another kind than was asked for")
        }
    }

    private static func isValue(_ reply: RedisReply) -> Bool {
        switch reply {
        case .string, .null: true
        case .status, .integer, .error, .array: false
        }
    }

    /// Something else lies under the key, or the key lies elsewhere in the cluster.
    private static func concernsOneKey(_ error: RedisServerError) -> Bool {
        ["WRONGTYPE", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.code)
    }

    /// Only the servers of a cluster say so to those who take them for servers of their own.
    private static func wording(of error: RedisServerError) -> String {
        let isOfCluster = ["MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN"].contains(error.code)
        return isOfCluster ? "the server is one of a cluster: write redis+cluster:// (\(error))" : error.description
    }
}
