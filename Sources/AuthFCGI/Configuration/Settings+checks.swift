internal import Sessions

/// What must hold between settings.
extension Settings {
    func check(_ given: SettingValues, _ problems: inout SettingsProblems) {
        checkListening(&problems)
        checkRedisTLS(given, &problems)
        checkUsers(given, &problems)
        checkTimes(&problems)
    }

    private func checkListening(_ problems: inout SettingsProblems) {
        guard case .some(.some) = value(of: table.listenPeers),
            let open = value(of: table.listen)?.first(where: \.isTCP)
        else { return }
        problems.add(
            table.listenPeers,
            "cannot hold for \(open) of LISTEN: only unix sockets know who connects; use unix:PATH")
    }

    private func checkTimes(_ problems: inout SettingsProblems) {
        if let deadline = value(of: table.databaseQueryDeadline), let delay = value(of: table.revocationDelay),
            deadline >= delay
        {
            problems.add(
                table.databaseQueryDeadline,
                "is \(DurationText(deadline)), and must be less than REVOCATION_DELAY (\(DurationText(delay)))")
        }
        if let idle = value(of: table.sessionIdleTimeout) ?? nil, let lifetime = value(of: table.sessionLifetime),
            idle >= lifetime
        {
            problems.add(
                table.sessionIdleTimeout,
                "is \(DurationText(idle)): longer than a session lasts (SESSION_LIFETIME \(DurationText(lifetime))) it does nothing"
            )
        }
    }

    /// Files that are not there or not what they should be stop the start, rather than each connection.
    private func checkRedisTLS(_ given: SettingValues, _ problems: inout SettingsProblems) {
        let location = (value(of: table.redisURL) ?? nil)?.location
        // What is wrong with the URL itself has been said already.
        if location == nil, given.has(table.redisURL) { return }
        let files = [table.redisTLSAuthorities, table.redisTLSCertificate, table.redisTLSKey]
        let paths = files.map { value(of: $0) ?? nil }
        guard let location, location.usesTLS else {
            for (setting, path) in zip(files, paths) where path != nil {
                problems.add(
                    setting, "is set, but REDIS_URL asks for no TLS; begin it with rediss:// or remove this one")
            }
            return
        }
        guard (paths[1] == nil) == (paths[2] == nil) else {
            let missing = paths[2] == nil ? table.redisTLSKey : table.redisTLSCertificate
            return problems.add(missing, "is not set; a certificate and its key go together")
        }
        do throws(RedisTLS.Problem) {
            _ = try RedisTLS(authorities: paths[0], certificate: paths[1], key: paths[2])
        } catch {
            problems.add(table.redisURL, "asks for TLS: \(error)")
        }
    }

    private func checkUsers(_ given: SettingValues, _ problems: inout SettingsProblems) {
        let hasQuery = given.has(table.usersQuery) || given.has(table.usersPreset)
        if given.has(table.usersQuery), given.has(table.usersPreset) {
            problems.add(table.usersQuery, "and USERS_PRESET are both set; remove one")
        }
        if !hasQuery, case .some(.some) = value(of: table.usersComparisonInterval) {
            problems.add(
                table.usersComparisonInterval,
                "is set without USERS_QUERY or USERS_PRESET; remove it: the gate hears at once of changes of its own users"
            )
        }
        guard given.has(table.usersRehash) else { return }
        if !hasQuery {
            problems.add(
                table.usersRehash,
                "is set without USERS_QUERY or USERS_PRESET; remove it: the gate's own users need none")
        }
        // The connection has to tell the triggers on the table that the password stays the same.
        if value(of: table.preparesStatements) == false {
            problems.add(
                table.usersRehash,
                "does not go with DATABASE_PREPARED_STATEMENTS=off: behind a pooler it can write nothing; remove it")
        }
    }

    private var table: SettingTable { .shared }
}
