import FoundationEssentials
import TestSupport

/// A shell in which commands of the documents run unchanged: `authfcgi`, `curl`, `psql`, `journalctl` and `kubectl` use the
/// processes of a pod.
struct DocumentShell {
    private let folder: TestFolder
    private let programs: String
    private let environment: [String: String]
    /// Texts of the documents, each with the text that replaces it here.
    private let replacements: [(String, String)]

    /// - Parameters:
    ///   - folder: The folder of the pod.
    ///   - pod: The pod, with the name `pod`.
    ///   - database: The URL of its database.
    ///   - redisURL: The URL of its Redis, if it has one.
    init(in folder: TestFolder, pod: Pod, database: String, redisURL: String? = nil) throws {
        self.folder = folder
        programs = try folder.makeFolder("programs")
        try folder.write("programs/kubectl", Self.kubectl, mode: 0o755)
        try folder.write("programs/journalctl", Self.journalctl, mode: 0o755)
        try FileManager.default.createSymbolicLink(
            atPath: "\(programs)/authfcgi", withDestinationPath: GateProcess.executable)
        guard case .unix(let site) = pod.entry else { throw SupportError.unexpected("the site has no unix socket") }
        // A URL cannot name a unix socket, so it is in curl's configuration, and that of port 8081 in a replacement of curl.
        try folder.write("programs/curl", Self.curl, mode: 0o755)
        try folder.write("programs/.curlrc", "unix-socket = \"\(site)\"\nno-progress-meter\n")
        let settings = try folder.write("authfcgi.env", "DATABASE_URL=\(database)\n")
        let redis = redisURL.map { ["REDIS_URL": $0] } ?? [:]
        environment = [
            "CURL_HOME": programs, "GATE_LOG": folder.path("pod-gate.log"), "REPLICAS": folder.path("replicas"),
            "DATABASE_URL": database, "LISTEN": "unix:\(pod.gate.socketPath)",
            "CHECK_SOCKET": folder.path("pod/check.sock"),
        ].merging(redis) { $1 }
        replacements = [
            ("https://example.com", "http://localhost"), ("runuser -u authfcgi -- ", ""),
            ("/etc/authfcgi/authfcgi.env", settings), ("/run/authfcgi/authfcgi.sock", pod.gate.socketPath),
        ]
    }

    /// Runs commands. The first that fails ends the shell.
    func run(_ commands: String) throws -> CommandResult { try bash(["-euo", "pipefail"], commands) }

    /// Runs the steps of a document one after the other, and returns what is not as the document says.
    func problems(of steps: [DocumentStep]) throws -> [String] {
        // Commands log what they do, which a person at a terminal does not see.
        var script = "exec 2>&1\nexport LOG_LEVEL=warning\n"
        for step in steps {
            let command = replacements.reduce(step.command) { $0.replacing($1.0, with: $1.1) }
            script += "\(command)\nprintf '\\001%d\\001' $?\n"
        }
        let result = try bash([], script)
        // What a command has printed, its status, what the next one has printed, and so on.
        let parts = result.output.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 * steps.count + 1 else { return ["not all commands were run: \(result)"] }
        return steps.enumerated().compactMap { number, step -> String? in
            let (printed, status) = (parts[2 * number], parts[2 * number + 1])
            if status == "0" && step.matches(printed) { return nil }
            return "\(step.command)\nhas ended with \(status) and printed\n\(printed)\ninstead of\n\(step.output ?? "")"
        }
    }

    private func bash(_ options: [String], _ commands: String) throws -> CommandResult {
        try ServerProcess.run(
            "bash", options + ["-c", "PATH=\(programs):$PATH\n\(commands)"], environment: environment,
            workingFolder: folder.path)
    }

    /// A replacement of curl: port 8081 is the pod's listener `check`.
    private static let curl = """
        #!/bin/bash
        PATH=${PATH#*:}
        if [[ "$*" == *localhost:8081/* ]]; then exec curl --unix-socket "$CHECK_SOCKET" "$@"; fi
        exec curl "$@"

        """

    /// A replacement of journalctl: the log of the gate, when nothing more is being written.
    private static let journalctl = """
        #!/bin/bash
        before=
        until now=$(stat -c %s "$GATE_LOG"); [[ $now == "$before" ]]; do
            before=$now
            sleep 0.2
        done
        cat "$GATE_LOG"

        """

    /// A replacement of kubectl with the functions that the guide uses: the log of the gate, a command in its
    /// environment, and the number of Redis pods. The test performs the latter, and then removes the request.
    private static let kubectl = """
        #!/bin/bash
        set -eu
        case $1 in
            logs) cat "$GATE_LOG" ;;
            port-forward) exec sleep 60 ;;
            wait | rollout) while [[ -e $REPLICAS ]]; do sleep 0.02; done ;;
            exec)
                while [[ $1 != -- ]]; do shift; done
                shift
                exec "$@" ;;
            scale)
                [[ "$*" =~ ^scale\\ deployment\\ redis\\ --replicas=([01])\\ -n\\ mocklab$ ]]
                echo "${BASH_REMATCH[1]}" >"$REPLICAS.new"
                mv "$REPLICAS.new" "$REPLICAS" ;;
            *) exit 64 ;;
        esac

        """
}
