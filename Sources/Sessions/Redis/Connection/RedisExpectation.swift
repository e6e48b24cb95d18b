/// What a reply must look like. A server that says something else is not understood, or is not well, and its connection
/// is of no more use.
enum RedisExpectation: Sendable {
    /// A value or nothing, as GET says.
    case value
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
        // A server that takes no writes may still be read, except one that has become a replica.
        case (.acknowledgement, .error(let error)): error.code == "READONLY" ? .refused(error.description) : nil
        case (.acknowledgement, .status), (.acknowledgement, .integer): nil
        case (.value, _), (.acknowledgement, _): .confusion("a reply of another kind than was asked for")
        }
    }

    /// Something else lies under the key, or the key lies elsewhere in the cluster.
    private static func concernsOneKey(_ error: RedisServerError) -> Bool {
        ["WRONGTYPE", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.code)
    }
}
