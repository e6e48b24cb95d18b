internal import EventLoop
internal import Logging

extension Supervisor {
    /// Reads the settings files again. Flags and environment stay as they were at the start.
    func reload() {
        guard pool.isRunning else { return }
        let new: Settings
        do throws(SettingsProblems) {
            new = try Settings.forServing(sources)
        } catch {
            return logFailedReload(error)
        }
        secrets.watch(new.secretFiles) { FileStamp(path: $0) }
        logUsableSecrets()
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
        // During a reload it may be a successor's, which has the newest secret.
        let isRefused = !refused.isEmpty && !isReloading
        guard pool.isRunning,
            let reason = secrets.look(isRefused: isRefused, at: .now, { FileStamp(path: $0) }),
            let old = settings[pool.target.generation]
        else { return }
        let new: Settings
        do throws(SettingsProblems) {
            new = try old.withSecretsReadAgain(sources.host)
        } catch {
            let problems = error.lines.joined(separator: "; ")
            guard let fields = unusableSecret.begin(problems) else { return }
            return log.error("\(reason), and cannot be used; the old one stays: \(problems)", metadata: fields)
        }
        logUsableSecrets()
        guard new != old else { return log.debug("\(reason): the secrets are the same as before") }
        log.notice("\(reason): replacing workers one by one")
        replaceWorkers(new)
    }

    private func logUsableSecrets() {
        if let fields = unusableSecret.end() { log.info("the secrets can be used again", metadata: fields) }
    }

    private func replaceWorkers(_ new: Settings) {
        if let old = settings[pool.target.generation],
            (old.listen, old.metricsListen, old.listenMode, old.listenGroup)
                != (new.listen, new.metricsListen, new.listenMode, new.listenGroup)
        {
            log.warning(
                "LISTEN, METRICS_LISTEN, LISTEN_MODE and LISTEN_GROUP take effect at the next start, not on reload")
        }
        for hint in new.hints { log.warning("\(hint)") }
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
