/// What a configuration of nginx is like.
enum NginxChecks {
    @Sendable
    static func files(_ configuration: NginxExamination) -> [Finding] {
        let problems = configuration.problems.map { Finding.error($0) }
        guard problems.isEmpty else { return problems }
        guard !configuration.sites.isEmpty else {
            return [
                .warning(
                    "no server in \(configuration.path) uses the gate",
                    "include authfcgi/verify.conf and authfcgi/protect.conf in a server, or name another file")
            ]
        }
        let servers = configuration.sites.count.counted("server")
        return [.fine("\(servers) with the gate, in \(configuration.fileCount.counted("file"))")]
    }

    @Sendable
    static func version(_ configuration: NginxExamination) -> [Finding] {
        guard let version = NginxVersion.ofThisMachine() else {
            return [.note("there is no nginx on this machine to ask for its version")]
        }
        return [version.finding]
    }

    /// Returns a finding for each place at which a trap was laid.
    static func look(for trap: NginxTrap, in configuration: NginxExamination) -> [Finding] {
        guard !configuration.sites.isEmpty else { return [.skipped("no server uses the gate")] }
        var places: Set<NginxPlace> = []
        let hits = configuration.sites.flatMap(trap.find).filter { places.insert($0.directive.place).inserted }
        guard !hits.isEmpty else { return [.fine("none")] }
        return hits.map { hit in
            let isLevel =
                hit.scope.opening.map { $0.place == hit.directive.place && $0.name == hit.directive.name } ?? false
            let level = isLevel ? "" : " in \(hit.scope.name)"
            let text = "\(hit.directive.place): \(hit.directive.text)\(level) \(trap.consequence)"
            switch trap.weight {
            case .error: return .error(text, trap.remedy)
            case .warning: return .warning(text, trap.remedy)
            case .note: return .note(text, trap.remedy)
            }
        }
    }
}
