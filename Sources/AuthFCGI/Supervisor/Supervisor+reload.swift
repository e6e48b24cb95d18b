internal import EventLoop
internal import Logging

extension Supervisor {
    /// Reads the settings files again. Flags and environment stay as they were at the start.
    func reload() {
        guard pool.isRunning else { return }
        let new: Settings
        do throws(SettingsProblems) {
            new = try Settings(sources)
            try new.checkPages()
            try new.checkUser()
        } catch {
            return logFailedReload(error)
        }
        secrets.watch(new.secretFiles) { FileStamp(path: $0) }
        log.info("settings reloaded: replacing workers one by one")
        replaceWorkers(new)
    }

    private func logFailedReload(_ problems: SettingsProblems) {
        log.error("reload failed: keeping the current settings")
        for line in problems.lines { log.error("\(line)") }
    }

    /// Reads secrets again if their files have changed, or if a store refuses them. All other settings stay.
    func lookAtSecrets() {
        let scoreboard = inheritance.scoreboard
        let refused = children.keys.filter { scoreboard.takeRefusedLogins($0) }
        guard pool.isRunning,
            let reason = secrets.look(isRefused: !refused.isEmpty, at: .now, { FileStamp(path: $0) }),
            let old = settings[pool.target.generation]
        else { return }
        // Workers with the newest secret are about to try it.
        if reason == .refused, isReloading { return }
        let new: Settings
        do throws(SettingsProblems) {
            new = try old.withSecretsReadAgain(sources.host)
        } catch {
            log.error("\(reason)")
            return logFailedReload(error)
        }
        guard new != old else { return log.debug("\(reason): the secrets are the same as before") }
        log.notice("\(reason): replacing workers one by one")
        replaceWorkers(new)
    }

    private func replaceWorkers(_ new: Settings) {
        if let old = settings[pool.target.generation],
            (old.listen, old.listenMode, old.listenGroup) != (new.listen, new.listenMode, new.listenGroup)
        {
            log.warning("LISTEN, LISTEN_MODE and LISTEN_GROUP take effect at the next start, not on reload")
        }
        if isReady { notify(.reloading) }
        isReloading = true
        let actions = pool.reload(
            workers: new.workers, grace: new.shutdownGrace + Self.extraGrace,
            patience: TakeOver.limit(new) + Self.extraPatience, at: .now)
        settings[pool.target.generation] = new
        useLog(of: new)
        apply(actions)
    }

    func keepSettings(of generation: Int) {
        settings = settings.filter { $0.key == generation }
        if let kept = settings[generation] { useLog(of: kept) }
    }

    private func useLog(of settings: Settings) {
        log.logLevel = settings.logLevel
        processLog.use(settings)
    }
}
