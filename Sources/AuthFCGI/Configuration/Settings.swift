internal import Logging
internal import Sessions

/// All settings, read and checked. The table ``Setting/all`` says what each means.
struct Settings: Equatable, Sendable {
    /// A URL that begins with `postgresql://`, or key=value pairs; libpq takes both.
    let databaseURL: Secret
    /// Nil: whatever the connection's search_path finds.
    let databaseSchema: String?
    let preparesStatements: Bool
    let databaseQueryDeadline: Duration
    let databaseWriteDeadline: Duration
    let migrateOnStart: Bool
    /// Nil: PostgreSQL alone.
    let redisURL: Secret?
    /// What it says.
    let redisLocation: RedisLocation?
    let redisKeyPrefix: String
    let redisDeadline: Duration
    /// Paths of PEM files.
    let redisTLSAuthorities: String?
    let redisTLSCertificate: String?
    let redisTLSKey: String?
    /// Empty: the sockets that systemd passed, else descriptor 0 if it listens, else ``ListenAddress/standard``.
    let listen: [ListenAddress]
    /// The permission bits of a unix socket.
    let listenMode: UInt32
    /// Nil: the group of the process.
    let listenGroup: UInt32?
    /// The users that may connect; nil: anyone who can open the socket.
    let listenPeers: Set<UInt32>?
    let workers: Int
    let sessionLifetime: Duration
    /// Nil: off.
    let sessionIdleTimeout: Duration?
    /// Nil: nobody is remembered for longer.
    let sessionRememberedLifetime: Duration?
    /// Nil: any number.
    let sessionsPerUser: Int?
    let sessionLastSeen: Bool
    /// 0: none.
    let sessionCacheEntries: Int
    let revocationDelay: Duration
    let staleIfDatabaseDown: Duration
    /// Nil: not by these workers.
    let sessionCleanupInterval: Duration?
    let cookieName: String
    let hashingThreads: Int
    /// In bytes.
    let hashingMemory: Int
    let hashingWait: Duration
    /// nil: a preset, or the gate's own users.
    let usersQuery: String?
    /// nil: a query, or the gate's own users.
    let usersPreset: UsersPreset?
    let usersQueryDeadline: Duration
    /// nil: hashes of other programs' users stay as they are.
    let usersRehash: String?
    /// nil: never.
    let usersComparisonInterval: Duration?
    let usersPepper: Secret?
    let allowsLegacyHashes: Bool
    let lookupLimit: Int
    let shutdownGrace: Duration
    let logLevel: Logger.Level

    /// Reads and checks everything, and throws all that is wrong at once.
    init(_ sources: SettingsSources) throws(SettingsProblems) {
        var reader = SettingsReader(sources)
        databaseURL = Self.databaseURL(&reader)
        databaseSchema = reader.value(.databaseSchema, "write a name of at most 63 bytes") { text in
            text.utf8.count <= 63 && !text.utf8.contains { $0 < 0x20 } ? text : nil
        }
        preparesStatements = reader.toggle(.databasePreparedStatements)
        databaseQueryDeadline = reader.duration(.databaseQueryDeadline)
        databaseWriteDeadline = reader.duration(.databaseWriteDeadline)
        migrateOnStart = reader.toggle(.migrateOnStart)
        let redis = Self.redis(&reader)
        redisURL = redis?.url
        redisLocation = redis?.location
        redisKeyPrefix =
            reader.value(
                .redisKeyPrefix, "write 1 to 64 printable ASCII characters, without spaces and braces", Self.keyPrefix)
            ?? ""
        redisDeadline = reader.duration(.redisDeadline)
        redisTLSAuthorities = reader.text(.redisTLSAuthorities)
        redisTLSCertificate = reader.text(.redisTLSCertificate)
        redisTLSKey = reader.text(.redisTLSKey)
        listen = Self.addresses(&reader)
        listenMode = reader.value(.listenMode, "write three octal digits, such as 0660", Self.mode) ?? 0
        listenGroup = reader.value(.listenGroup, "there is no such group; write the name or number of one") { text in
            UInt32(text) ?? sources.host.groupID(text)
        }
        listenPeers = Self.peers(&reader, sources.host)
        workers = reader.integer(.workers, fallback: min(sources.host.cores, 2))
        sessionLifetime = reader.duration(.sessionLifetime)
        sessionIdleTimeout = reader.optionalDuration(.sessionIdleTimeout)
        sessionRememberedLifetime = reader.optionalDuration(.sessionRememberedLifetime)
        sessionsPerUser = reader.optionalInteger(.sessionsPerUser)
        sessionLastSeen = reader.toggle(.sessionLastSeen)
        sessionCacheEntries = reader.integer(.sessionCacheEntries)
        revocationDelay = reader.duration(.revocationDelay)
        staleIfDatabaseDown = reader.duration(.staleIfDatabaseDown)
        sessionCleanupInterval = reader.optionalDuration(.sessionCleanupInterval)
        cookieName =
            reader.value(.cookieName, "write letters, digits and any of !#$&'*+-.^_`|~, at most 64", Self.token) ?? ""
        hashingThreads = reader.integer(.hashingThreads, fallback: min(256, max(1, sources.host.cores / 2)))
        hashingMemory = reader.integer(.hashingMemory) << 20
        hashingWait = reader.duration(.hashingWait)
        usersQuery = reader.text(.usersQuery)
        usersPreset = Self.usersPreset(&reader)
        usersQueryDeadline = reader.duration(.usersQueryDeadline)
        usersRehash = reader.text(.usersRehash)
        usersComparisonInterval = reader.optionalDuration(.usersComparisonInterval)
        usersPepper = reader.secret(.usersPepper) { .value(Secret($0)) }
        allowsLegacyHashes = reader.toggle(.legacyHashes)
        lookupLimit = reader.integer(.lookupLimit)
        shutdownGrace = reader.duration(.shutdownGrace)
        logLevel = Logger.Level(rawValue: reader.choice(.logLevel)) ?? .info
        if listenPeers != nil, let open = listen.first(where: \.isTCP) {
            reader.add(
                .listenPeerUIDs, "cannot hold for \(open) of LISTEN: only unix sockets know who connects; use unix:PATH"
            )
        }
        checkRedisTLS(&reader)
        checkUsers(&reader)
        if databaseQueryDeadline >= revocationDelay {
            reader.add(
                .databaseQueryDeadline,
                "is \(DurationText(databaseQueryDeadline)), and must be less than REVOCATION_DELAY (\(DurationText(revocationDelay)))"
            )
        }
        if let idle = sessionIdleTimeout, idle >= sessionLifetime {
            reader.add(
                .sessionIdleTimeout,
                "is \(DurationText(idle)): longer than a session lasts (SESSION_LIFETIME \(DurationText(sessionLifetime))) it does nothing"
            )
        }
        if !reader.problems.isEmpty { throw reader.problems }
    }

    /// ``listen`` alone, for a command that needs nothing else and works whatever is wrong with the rest.
    static func listen(_ sources: SettingsSources) throws(SettingsProblems) -> [ListenAddress] {
        var reader = SettingsReader(sources)
        let others = reader.problems.lines.count
        let addresses = addresses(&reader)
        var problems = SettingsProblems()
        for line in reader.problems.lines.dropFirst(others) { problems.add(line) }
        guard problems.isEmpty else { throw problems }
        return addresses
    }

    private static func databaseURL(_ reader: inout SettingsReader) -> Secret {
        if !reader.isGiven(.databaseURL) { reader.add(.databaseURL, "is not set; \(DatabaseURL.form)") }
        return reader.secret(.databaseURL) { text in
            guard let url = DatabaseURL.normalised(text) else {
                return .problem("is not understood; \(DatabaseURL.form)")
            }
            return DatabaseURL.problem(url).map { .problem($0) } ?? .value(Secret(url))
        } ?? Secret("")
    }

    private static func addresses(_ reader: inout SettingsReader) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for entry in reader.list(.listen) {
            do throws(ListenAddress.Problem) {
                let address = try ListenAddress(parsing: entry)
                if addresses.contains(address) { reader.add(.listen, "names \(address) twice; remove one") }
                addresses.append(address)
            } catch {
                reader.add(.listen, "has the entry \(SettingsProblems.quoted(entry)): \(error)")
            }
        }
        return addresses
    }

    private static func peers(_ reader: inout SettingsReader, _ host: SettingsSources.Host) -> Set<UInt32>? {
        var users: Set<UInt32> = []
        for entry in reader.list(.listenPeerUIDs) {
            if let user = UInt32(entry) ?? host.userID(String(entry)) {
                users.insert(user)
            } else {
                let name = SettingsProblems.quoted(entry)
                reader.add(.listenPeerUIDs, "names \(name): there is no such user; write names or numbers of users")
            }
        }
        return users.isEmpty ? nil : users
    }

    private static func mode(_ text: String) -> UInt32? {
        guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else { return nil }
        return mode
    }

    /// A token of RFC 9110, section 5.6.2, which is what RFC 6265 lets a cookie be called.
    private static func token(_ text: String) -> String? {
        // All but %, which the value of a header does not carry as it is.
        let marks = "!#$&'*+-.^_`|~".utf8
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: marks.contains(byte)
            }
        }
        return isToken && (1...64).contains(text.utf8.count) ? text : nil
    }
}
