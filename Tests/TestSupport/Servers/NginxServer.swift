import FoundationEssentials
import Glibc
import Synchronization

/// An nginx server of a test, with a folder for all files that it writes.
///
/// When the last reference is released, it is killed. Its files stay as long as the `TestFolder`.
package final class NginxServer: Sendable {
    /// The prefix folder of nginx: the base of relative paths in the configuration.
    package let prefix: String
    package let configurationFile: String

    private let name: String
    private let folder: TestFolder
    private let listening: [Endpoint]
    private let options: [String]
    private let process = Mutex<ServerProcess?>(nil)

    /// Starts nginx and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - name: The name of its folder in `folder`.
    ///   - listening: The listeners of the configuration that have to accept connections.
    ///   - configuration: Returns the complete nginx.conf for `prefix`. `daemon`, `pid` and, if the tests run as root,
    ///     `user root` are added unless it has them.
    package init(
        in folder: TestFolder, name: String = "nginx", listening: [Endpoint], configuration: (String) throws -> String
    ) throws {
        self.folder = folder
        self.name = name
        self.listening = listening
        prefix = try folder.makeFolder(name)
        let text = try configuration(prefix)
        configurationFile = try folder.write("\(name)/nginx.conf", text)
        let present = Set(text.split(separator: "\n").compactMap { $0.split(whereSeparator: \.isWhitespace).first })
        var added = [("daemon", "off"), ("pid", "\(prefix)/nginx.pid")]
        if geteuid() == 0 { added.append(("user", "root")) }
        let directives = added.filter { !present.contains(Substring($0.0)) }.map { "\($0.0) \($0.1);" }
        options = [
            "-e", "\(prefix)/error.log", "-p", "\(prefix)/", "-c", configurationFile, "-g",
            directives.joined(separator: " "),
        ]
        try start()
    }

    /// Returns a complete configuration with the given contents of `http`. It logs at level notice to `error.log`, has
    /// no access log, and has its temporary files in `prefix`.
    package static func configuration(prefix: String, workers: Int = 1, http: String) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(prefix)/\($0);" }
        return """
            worker_processes \(workers);
            error_log \(prefix)/error.log notice;
            events { worker_connections 1024; }
            http {
                access_log off;
                \(temporary.joined(separator: "\n    "))
                \(http)
            }

            """
    }

    /// Copies a folder of configuration files with its subfolders, and replaces strings in each file.
    ///
    /// - Throws: An error also if a string to be replaced occurs in no file: the test's assumptions about the files are
    ///   wrong then.
    package static func renderSite(
        from source: String, to destination: String, replacing replacements: [(String, String)] = []
    ) throws {
        let files = FileManager.default
        var unused = Set(replacements.map(\.0))
        for name in try files.subpathsOfDirectory(atPath: source).sorted() {
            var isFolder = false
            guard files.fileExists(atPath: "\(source)/\(name)", isDirectory: &isFolder), !isFolder else { continue }
            var text = readText("\(source)/\(name)")
            for (old, new) in replacements where text.contains(old) {
                text = text.replacing(old, with: new)
                unused.remove(old)
            }
            let target = URL(filePath: "\(destination)/\(name)")
            try files.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: target)
        }
        guard unused.isEmpty else { throw SupportError.unexpected("in no file of \(source): \(unused.sorted())") }
    }

    deinit {
        process.withLock { $0 }?.kill()
    }

    /// The pid of the master process.
    ///
    /// - Throws: An error if nginx has been stopped.
    package var processIdentifier: Int32 {
        get throws { try running().processIdentifier }
    }

    package var workers: [Int32] {
        get throws { ProcessInspector(try processIdentifier).children }
    }

    /// The contents of `error.log` in the prefix, and the output of nginx on stderr.
    package var errorLog: String { folder.read("\(name).log") + folder.read("\(name)/error.log") }

    /// The lines of the log that no test run may cause: those of level crit, alert and emerg.
    package var alerts: [String] {
        errorLog.split(separator: "\n").map(String.init).filter { line in
            ["[crit]", "[alert]", "[emerg]"].contains { line.contains($0) }
        }
    }

    /// Starts nginx after a `stop`, and waits until it accepts connections.
    package func start(within duration: Duration = .seconds(10)) throws {
        // nginx that ended by SIGQUIT or SIGKILL leaves its socket files behind and cannot bind them again.
        for case .unix(let path) in listening { unsafe unlink(path) }
        let started = try ServerProcess(
            ServerPrograms.nginx, options, workingFolder: prefix, logFile: folder.path("\(name).log"))
        process.withLock { $0 = started }
        for endpoint in listening {
            try eventually("nginx accepts at \(endpoint)", within: duration, log: errorLog) {
                try started.requireRunning()
                return endpoint.isListening
            }
        }
        // An old nginx on the same port would have accepted connections too.
        try started.requireRunning()
    }

    /// Reloads the configuration, and waits until new workers run and old ones accept no more connections.
    ///
    /// - Throws: An error if nginx rejects the configuration. It continues with the old one then.
    package func reload(within duration: Duration = .seconds(10)) throws {
        let master = try running()
        let old = Set(try workers)
        let faults = alerts.count
        master.send(SIGHUP)
        try eventually("nginx has new workers", within: duration, log: errorLog) {
            guard alerts.count == faults else { throw SupportError.unexpected("nginx did not reload", log: errorLog) }
            let current = ProcessInspector(master.processIdentifier).children
            let hasNew = current.contains { !old.contains($0) }
            return hasNew
                && current.filter(old.contains).allSatisfy {
                    ProcessInspector($0).commandLine.contains("shutting down")
                }
        }
    }

    /// Stops nginx, immediately or after the requests in flight.
    package func stop(gracefully: Bool = false, within duration: Duration = .seconds(10)) throws {
        guard let process = process.withLock({ $0 }) else { return }
        if gracefully {
            process.send(SIGQUIT)
            try process.waitForExit(within: duration)
        } else {
            try process.stop(within: duration)
        }
        self.process.withLock { $0 = nil }
    }

    private func running() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("this nginx does not run") }
        try process.requireRunning()
        return process
    }
}
