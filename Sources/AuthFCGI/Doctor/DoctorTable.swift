/// The checks of `authfcgi doctor`, in order. Those of the start are also what `authfcgi config check` does.
enum DoctorTable {
    /// The checks of the settings, the machine, PostgreSQL and Redis.
    static let installation: [DoctorCheck] = [
        DoctorCheck("program", "the versions of the program and its libraries", MachineChecks.program),
        DoctorCheck("user", "the user of the system", MachineChecks.user),
        DoctorCheck("sockets", "the sockets of LISTEN", isOfStart: true, MachineChecks.sockets),
        DoctorCheck("socket-mode", "who may connect to the sockets", MachineChecks.socketMode),
        DoctorCheck(
            "backlog", "the kernel's limit of waiting connections",
            remedy: "set net.core.somaxconn to \(ListeningSocket.backlog) (sysctl)", MachineChecks.backlog),
        DoctorCheck(
            "descriptors", "the limit of open descriptors",
            remedy: "raise it: LimitNOFILE=65536 in the unit, or ulimit -n", MachineChecks.descriptors),
        DoctorCheck("password-hashes", "the hashing of passwords", isOfStart: true, MachineChecks.hashes),

        DoctorCheck(
            "postgresql", "PostgreSQL: reachable, 13 or newer, UTF-8, a primary", isOfStart: true,
            remedy: "start it, or correct DATABASE_URL", DatabaseChecks.connection),
        DoctorCheck(
            "schema", "the schema and the version of the tables", isOfStart: true,
            remedy: "run authfcgi migrate", DatabaseChecks.schema),
        DoctorCheck(
            "rights", "rights, owners, triggers and rows of the tables and functions", isOfStart: true,
            DatabaseChecks.rights),
        DoctorCheck(
            "look-up", "a look-up of a session, as in a check", isOfStart: true,
            remedy: "see the checks above; the gate answers 503", DatabaseChecks.lookUp),
        DoctorCheck("users", "the users and the statements that find them", isOfStart: true, DatabaseChecks.users),

        DoctorCheck("server-version", "whether PostgreSQL's release gets corrections", ServerChecks.version),
        DoctorCheck(
            "tls", "the encryption between the gate and PostgreSQL",
            remedy: "write sslmode=verify-full and sslrootcert=FILE in DATABASE_URL", ServerChecks.encryption),
        DoctorCheck(
            "notifications", "whether notifications of revocations arrive through DATABASE_URL",
            remedy: "connect DATABASE_URL to PostgreSQL directly", ServerChecks.notifications),
        DoctorCheck(
            "default-rights", "the rights that others get on new objects",
            remedy: "take them back", ServerChecks.defaultRights),
        DoctorCheck("role-settings", "settings of the role and the database that hurt", ServerChecks.settings),
        DoctorCheck(
            "write", "whether PostgreSQL takes the changes of a login and a logout, which are taken back",
            remedy: "see the checks above; logins and logouts are answered 503", ServerChecks.write),
        DoctorCheck("replication", "what a failover may lose", ServerChecks.replication),
        DoctorCheck(
            "clock", "the difference of the two clocks", remedy: "synchronise both machines (NTP)", ServerChecks.clock),
        DoctorCheck("connections", "the number of connections that may be needed", ServerChecks.connections),

        DoctorCheck(
            "redis", "Redis: reachable, and answering the gate", isOfStart: true,
            remedy: "start it, or correct REDIS_URL", RedisChecks.reachable),
        DoctorCheck("redis-version", "the version of Redis or Valkey", RedisChecks.version),
        DoctorCheck(
            "redis-tls", "the encryption between the gate and Redis", remedy: "use rediss:// in REDIS_URL",
            RedisChecks.encryption),
        DoctorCheck(
            "redis-rights", "the right to each command of the gate",
            remedy: RedisRemedy.rights, RedisChecks.rights),
        DoctorCheck(
            "redis-memory", "what happens when the memory of Redis is full",
            remedy: "set maxmemory-policy to allkeys-lru, or to volatile-ttl where others share the server",
            RedisChecks.memory),
        DoctorCheck("redis-persistence", "whether Redis writes to disk", RedisChecks.persistence),
    ]

    /// The checks of a configuration of nginx: that it can be read, the version, and the traps.
    static let nginx: [DoctorCheck] =
        [
            DoctorCheck(nginx: "nginx", "the configuration with the files that it includes", NginxChecks.files),
            DoctorCheck(
                nginx: "nginx-version", "whether nginx is a version without known holes",
                remedy: "update it: docs/nginx.md has the versions", NginxChecks.version),
        ]
        + NginxTraps.all.map { trap in
            DoctorCheck(nginx: "nginx-\(trap.name)", trap.subject, remedy: trap.remedy) { configuration in
                NginxChecks.look(for: trap, in: configuration)
            }
        }

    /// The name of the check of the settings themselves, without which there are no others.
    static let settings = "settings"

    /// The checks of `authfcgi config check`.
    static var ofStart: [DoctorCheck] { installation.filter(\.isOfStart) }
}
