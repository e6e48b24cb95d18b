internal import FoundationEssentials
internal import Sessions

/// The checks of a server, a database and a role with which 'serve' starts, and may still work badly.
enum ServerChecks {
    /// The days after which releases of PostgreSQL get no more corrections (postgresql.org/support/versioning).
    private static let ends: [Int: String] = [
        13: "2025-11-13", 14: "2026-11-12", 15: "2027-11-11", 16: "2028-11-09", 17: "2029-11-08", 18: "2030-11-14",
    ]

    @Sendable
    static func version(_ examination: Examination) -> [Finding] {
        guard let database = examination.openDatabase else { return [DatabaseChecks.noDatabase] }
        guard !examination.hasLostConnection else { return [DatabaseChecks.lostConnection] }
        guard let release = database.connection.serverRelease else {
            return [.note("the connection pooler does not tell the version of PostgreSQL")]
        }
        let end = version(of: release.major, on: String(UTCTime(.now).text.prefix(10)))
        let libpq = LibraryVersions.libpqMajor
        guard libpq < release.major else { return [end] }
        return [end, .note("libpq \(libpq) is older than the server, whose newer features the gate does not use")]
    }

    /// - Parameters:
    ///   - major: The server's major version.
    ///   - today: A date such as `2026-11-30`.
    static func version(of major: Int, on today: String) -> Finding {
        guard let end = ends[major] else { return .note("the end of PostgreSQL \(major) is not known to this program") }
        guard today <= end else {
            return .warning("PostgreSQL \(major) gets no more corrections since \(end)", "upgrade it")
        }
        return .fine("PostgreSQL \(major) gets corrections until \(end)")
    }

    @Sendable
    static func encryption(_ examination: Examination) -> [Finding] {
        guard let database = examination.openDatabase else { return [DatabaseChecks.noDatabase] }
        guard !examination.hasLostConnection else { return [DatabaseChecks.lostConnection] }
        return [encryption(database.connection.transport(examination.settings.databaseURL))]
    }

    static func encryption(_ transport: PostgreSQLConnection.Transport) -> Finding {
        let mode = "sslmode=\(transport.mode)"
        if transport.address.isEmpty { return .fine("a unix socket") }
        if transport.mode == "disable" {
            return transport.isLocal
                ? .fine("not encrypted, and within this machine")
                : .warning("\(mode): hashes and identities cross the network in plain text")
        }
        // A mode that somebody has chosen is meant for a network, also where a tunnel makes it look like this machine.
        if transport.canBePlain, !transport.isLocal || transport.isModeChosen {
            let now = transport.isEncrypted ? "encrypted now, but" : "not encrypted:"
            return .warning("\(now) \(mode) can fall back to plain text, if the server or who poses as it wants that")
        }
        if transport.canBePlain { return .fine("within this machine") }
        if transport.mode != "verify-full", !transport.isLocal {
            return .warning("encrypted, but \(mode) does not find out whether it is the right server")
        }
        return .fine("encrypted, \(mode)")
    }

    @Sendable
    static func notifications(_ examination: Examination) -> [Finding] {
        guard examination.hasTables, let database = examination.openDatabase else {
            return [.skipped("the tables cannot be used")]
        }
        do throws(PostgreSQLError) {
            let other = try OpenDatabase(examination.settings, examination.log)
            switch try ServerExamination(database.connection).hearing(other.connection) {
            case .heard: return [.fine("what another connection notifies is heard")]
            case .unheard:
                return [.error("what another connection notifies is not heard: each check has to ask PostgreSQL")]
            case .unavailable(let reason): return [.warning("\(reason); each check has to ask PostgreSQL")]
            case .refused(let reason):
                return [.error(reason, "the owner of the tables runs authfcgi migrate --grant-to ROLE")]
            }
        } catch {
            return [DatabaseChecks.refused(error)]
        }
    }

    @Sendable
    static func defaultRights(_ examination: Examination) -> [Finding] {
        guard examination.hasTables, let database = examination.openDatabase else {
            return [.skipped("the tables cannot be used")]
        }
        do throws(PostgreSQLError) {
            let statements = try ServerExamination(database.connection).defaultRights()
            guard !statements.isEmpty else { return [.fine("others get no rights on new objects")] }
            let fact = "others get rights on what the owner of the tables creates, as when a dump is restored"
            return [.warning(fact, statements.joined(separator: "; "))]
        } catch {
            return [examination.finding(of: error)]
        }
    }

    @Sendable
    static func clock(_ examination: Examination) -> [Finding] {
        look(examination) { facts in
            [clock(facts.clockDifference)]
        }
    }

    /// - Parameter difference: The database's clock less this machine's.
    static func clock(_ difference: Duration) -> Finding {
        let seconds = difference.components.seconds
        guard abs(seconds) >= 2 else { return .fine("they differ by less than 2 s") }
        return .warning(
            "the database's clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") this machine's: times in logs and "
                + "answers do not agree with those of sessions")
    }

    /// Looks at facts, if they are known.
    static func look(_ examination: Examination, _ look: (ServerFacts) -> [Finding]) -> [Finding] {
        switch examination.facts {
        case nil: [DatabaseChecks.noDatabase]
        case .failure(let error)?: [examination.finding(of: error)]
        case .success(let facts)?: look(facts)
        }
    }
}
