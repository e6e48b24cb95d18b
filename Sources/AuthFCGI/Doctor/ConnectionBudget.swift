internal import Sessions

/// The connections to PostgreSQL that gates may need.
struct ConnectionBudget {
    /// The number of a worker.
    let each: Int
    let workers: Int
    let pods: Int

    /// A limit of connections.
    struct Limit {
        /// What sets it, with a verb.
        let source: String
        let count: Int
        /// The number of connections that others use of it now.
        let others: Int
        let remedy: String

        /// What is left for gates.
        var left: Int { count - others }
    }

    /// The number of all workers.
    var needed: Int { each * workers * pods }
    /// The number during a rolling update or a reload, in which old workers end after new ones have started.
    var neededInUpdate: Int { 2 * needed }

    func finding(_ facts: ServerFacts) -> Finding {
        var limits = [
            Limit(
                source: "max_connections leaves", count: facts.maxConnections, others: facts.connectionsOfOthers.all,
                remedy: "raise max_connections")
        ]
        if let count = facts.roleLimit {
            let others = facts.connectionsOfOthers.ofRole
            let remedy = "ALTER ROLE \(facts.role) CONNECTION LIMIT \(neededInUpdate + others)"
            limits.append(Limit(source: "the role \(facts.role) has", count: count, others: others, remedy: remedy))
        }
        if let count = facts.databaseLimit {
            let others = facts.connectionsOfOthers.inDatabase
            let remedy = "ALTER DATABASE \(facts.database) CONNECTION LIMIT \(neededInUpdate + others)"
            limits.append(
                Limit(source: "the database \(facts.database) has", count: count, others: others, remedy: remedy))
        }
        return finding(limits)
    }

    func finding(_ limits: [Limit]) -> Finding {
        let sum =
            "\(pods.counted("pod")) with \(workers.counted("worker")) may need \(needed) connections, \(neededInUpdate) "
            + "while workers are replaced"
        let tightest = limits.min { $0.left < $1.left }
        guard let tightest, tightest.left < neededInUpdate else { return .fine(sum) }
        let use = tightest.others > 0 ? ", and others use \(tightest.others) now" : ""
        let text = "\(sum), but \(tightest.source) \(tightest.count)\(use)"
        let remedy = "\(tightest.remedy), or lower WORKERS"
        return tightest.left < needed ? .error(text, remedy) : .warning(text, remedy)
    }
}
