import TestSupport
import Testing

/// What is understood on the command line, and what a misspelt one is answered with.
@Suite struct CommandLineTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    // MARK: --env-file

    @Test func `--env-file may stand before, within and after the command`() throws {
        let folder = try TestFolder()
        let file = try folder.write("gate.env", "DATABASE_URL=\(server.url(database: database))\n")
        for arguments in [
            ["--env-file", file, "session", "count"], ["--env-file=\(file)", "session", "count"],
            ["session", "--env-file", file, "count"], ["session", "count", "--env-file", file],
            ["--env-file", file, "session", "count", "--database-schema", "public"],
        ] {
            let result = try run(arguments, environment: ["DATABASE_URL": ""])
            #expect(result.output == "0 live sessions of 0 users\n" && result.errors.isEmpty, "\(arguments): \(result)")
        }
        let missing = try run(["--env-file", folder.path("none"), "migrate"])
        #expect(missing.status == .code(78) && missing.errors.contains(folder.path("none")), "\(missing)")
        let listen = try folder.write("listen.env", "LISTEN=unix:\(folder.path("s"))\n")
        #expect(
            try run(["--env-file", listen, "healthcheck"]).errors.contains("unix:\(folder.path("s")) does not answer"))
        // Neither needs a command.
        for arguments in [[], ["--help"], ["session"], ["help", "session", "count"]] {
            let result = try run(["--env-file", file] + arguments)
            #expect(result.status.isSuccess && result.output.contains("USAGE: authfcgi"), "\(arguments): \(result)")
        }
    }

    @Test func `a value that looks like the flag or a command is a value`() throws {
        let added = try run(["user", "add", "ann", "--name", "session"], input: "correct horse battery")
        #expect(added.status.isSuccess, "\(added)")
        let other = try run(["session", "create", "--new-user", "--user", "user", "--label=--env-file"])
        #expect(other.status.isSuccess, "\(other)")
        #expect(try psql("SELECT user_id, label FROM session_tokens") == "user|--env-file")
    }

    @Test(arguments: [
        "", "user", "session", "config", "key", "serve", "migrate", "cleanup", "audit", "doctor", "healthcheck",
        "config check", "config show", "key rotate",
        "user add",
        "user list", "user show", "user change", "user passwd", "user reset", "user disable", "user enable",
        "user delete", "session list", "session count", "session create", "session revoke", "session refresh",
    ])
    func `the usage of every command names --env-file`(_ command: String) throws {
        let help = try run(command.split(separator: " ").map(String.init) + ["--help"])
        let usage = help.output.split(separator: "USAGE: ").last?.prefix { $0 != "\n" } ?? ""
        #expect(usage.contains("[--env-file <path>]"), "\(help.output)")
        let groups = ["", "user", "session", "config", "key"]
        #expect(help.output.contains("\n  --env-file <path>") || groups.contains(command), "\(help.output)")
    }

    // MARK: Misspelt words

    @Test(arguments: [
        ("user lst", "Unknown command 'lst'. Did you mean 'list'?", "authfcgi user"),
        ("usr list", "Unknown command 'usr'. Did you mean 'user'?", "authfcgi"),
        ("serv", "Unknown command 'serv'. Did you mean 'serve'?", "authfcgi"),
        ("help sesion", "Unknown command 'sesion'. Did you mean 'session'?", "authfcgi"),
        ("help session lst", "Unknown command 'lst'. Did you mean 'list'?", "authfcgi session"),
        ("session --env-file x cuont", "Unknown command 'cuont'. Did you mean 'count'?", "authfcgi session"),
        ("config chek", "Unknown command 'chek'. Did you mean 'check'?", "authfcgi config"),
        (
            "session frobnicate", "Unknown command 'frobnicate'. Commands: list, count, create, revoke, refresh.",
            "authfcgi session"
        ),
        ("session create --usr x", "Unknown option '--usr'. Did you mean '--user'?", "authfcgi session create"),
        ("session list --jsn", "Unknown option '--jsn'. Did you mean '--json'?", "authfcgi session list"),
        ("serve --wrkers=2", "Unknown option '--wrkers'. Did you mean '--workers'?", "authfcgi serve"),
        ("user add ann --grups a", "Unknown option '--grups'. Did you mean '--groups'?", "authfcgi user add"),
        ("user list --log-levl x", "Unknown option '--log-levl'. Did you mean '--log-level'?", "authfcgi user list"),
        ("--env-fil x migrate", "Unknown option '--env-fil'. Did you mean '--env-file'?", "authfcgi"),
        ("--env-file", "Missing value for '--env-file <path>'.", "authfcgi"),
        ("session --env-file --json", "Missing value for '--env-file <path>'.", "authfcgi session"),
    ])
    func `a misspelt command or option is answered with the one that may be meant, or with what is missing`(
        _ line: String, _ message: String, _ usage: String
    ) throws {
        let result = try run(line.split(separator: " ").map(String.init))
        #expect(result.status == .code(64) && result.output.isEmpty, "\(result)")
        #expect(result.errors.hasPrefix("Error: \(message)\nUsage: \(usage) "), "\(result.errors)")
        #expect(result.errors.hasSuffix("\n  See '\(usage) --help' for more information.\n"), "\(result.errors)")
    }

    @Test func `the command for workers is not suggested`() throws {
        #expect(try !run(["workr"]).errors.contains("worker"))
    }

    // MARK: Completion

    @Test func `bash completes commands, options and files`() throws {
        let folder = try TestFolder()
        try folder.write("gate.env", "")
        try folder.write("completion", try run(["--generate-completion-script", "bash"]).output)
        let script = """
            . "$1/completion"
            complete_words() {
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
                COMPREPLY=()
                _authfcgi "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s ' "${COMPREPLY[@]}"
                echo
            }
            cd "$1"
            complete_words authfcgi ses
            complete_words authfcgi user ch
            complete_words authfcgi session list --js
            complete_words authfcgi session list --env-file gate
            complete -p authfcgi
            """
        let result = try ServerProcess.run("/bin/bash", ["-c", script, "bash", folder.path])
        let lines = result.output.split(separator: "\n").map { line in line.split(separator: " ").joined(separator: " ")
        }
        #expect(result.status.isSuccess, "\(result)")
        #expect(lines.prefix(4) == ["session", "change", "--json", "gate.env"], "\(result)")
        #expect(lines.last?.contains("authfcgi") == true, "\(result)")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `each shell's completion has every command, and not the one for workers`(_ shell: String) throws {
        let script = try run(["--generate-completion-script", shell])
        #expect(script.status.isSuccess && script.errors.isEmpty)
        for word in ["healthcheck", "passwd", "change", "refresh", "grant-to", "env-file", "doctor", "rotate", "nginx"]
        {
            #expect(script.output.contains(word), "\(word)")
        }
        #expect(!script.output.contains("settings-are-proven"))
        #expect(try run(["--generate-completion-script", "ksh"]).status == .code(64))
    }

    // MARK: The installed program

    @Test func `a program without symbols reads flags and works`() throws {
        let folder = try TestFolder()
        let program = folder.path("authfcgi")
        try ServerProcess.output("install", ["-s", "-m", "0755", GateProcess.executable, program])
        let sections = try ServerProcess.output("readelf", ["--section-headers", "--wide", program])
        #expect(!sections.contains(" .symtab") && !sections.contains(" .debug_"))
        let result = try ServerProcess.run(
            program, ["session", "count", "--database-schema", "public", "--json"], environment: commandEnvironment)
        #expect(result.output == "{\"sessions\":0,\"users\":0}\n", "\(result)")
        let wrong = try ServerProcess.run(
            program, ["serve", "--workers", "0", "--listen-mode", "x"], environment: commandEnvironment)
        for name in ["WORKERS", "LISTEN_MODE"] { #expect(wrong.errors.contains("\(name) (flag) is "), "\(wrong)") }
    }
}
