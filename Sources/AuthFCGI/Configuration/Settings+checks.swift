internal import Sessions

/// The rules that involve several settings.
extension Settings {
    func check(_ given: SettingValues, checksFiles: Bool, _ problems: inout SettingsProblems) {
        checkListening(&problems)
        checkRedisTLS(given, checksFiles: checksFiles, &problems)
        checkUsers(given, &problems)
        checkTimes(&problems)
        checkCookie(&problems)
        checkLoginURL(&problems)
    }

    private func checkListening(_ problems: inout SettingsProblems) {
        guard case .some(.some) = value(of: table.listenPeers),
            let open = value(of: table.listen)?.first(where: \.isTCP)
        else { return }
        problems.add(
            table.listenPeers,
            "cannot be applied to \(open) in LISTEN: only unix sockets identify the peer; use unix:PATH")
    }

    private func checkTimes(_ problems: inout SettingsProblems) {
        if let deadline = value(of: table.databaseQueryDeadline), let delay = value(of: table.revocationDelay),
            deadline >= delay
        {
            problems.add(
                table.databaseQueryDeadline,
                "is \(DurationText(deadline)); it must be less than REVOCATION_DELAY (\(DurationText(delay)))")
        }
        if let idle = value(of: table.sessionIdleTimeout) ?? nil, let lifetime = value(of: table.sessionLifetime),
            idle >= lifetime
        {
            problems.add(
                table.sessionIdleTimeout,
                "is \(DurationText(idle)); it must be less than SESSION_LIFETIME (\(DurationText(lifetime))) to have an effect"
            )
        }
    }

    /// Missing or invalid files prevent the start, instead of failing each connection.
    private func checkRedisTLS(_ given: SettingValues, checksFiles: Bool, _ problems: inout SettingsProblems) {
        let location = (value(of: table.redisURL) ?? nil)?.location
        // A problem with the URL itself has been reported already.
        if location == nil, given.has(table.redisURL) { return }
        let files = [table.redisTLSAuthorities, table.redisTLSCertificate, table.redisTLSKey]
        let paths = files.map { value(of: $0) ?? nil }
        guard let location, location.usesTLS else {
            for (setting, path) in zip(files, paths) where path != nil {
                problems.add(
                    setting, "is set, but REDIS_URL does not use TLS; change it to rediss:// or remove this setting")
            }
            return
        }
        guard (paths[1] == nil) == (paths[2] == nil) else {
            let missing = paths[2] == nil ? table.redisTLSKey : table.redisTLSCertificate
            return problems.add(missing, "is not set; a client certificate needs both the certificate and its key")
        }
        guard checksFiles else { return }
        do throws(RedisTLS.Problem) {
            _ = try RedisTLS(authorities: paths[0], certificate: paths[1], key: paths[2])
        } catch {
            problems.add(table.redisURL, "uses TLS, which cannot be set up: \(error)")
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
                "is set without USERS_QUERY or USERS_PRESET; remove it: changes to the gate's own users take effect at once"
            )
        }
        guard given.has(table.usersRehash) else { return }
        if !hasQuery {
            problems.add(
                table.usersRehash,
                "is set without USERS_QUERY or USERS_PRESET; remove it: the gate's own users do not need it")
        }
        // The connection has to keep a setting for the triggers on the table: the password stays the same.
        if value(of: table.preparesStatements) == false {
            problems.add(
                table.usersRehash,
                "cannot be used with DATABASE_PREPARED_STATEMENTS=off: it cannot write through a connection pooler; remove it"
            )
        }
    }

    private var table: SettingTable { .shared }
}
