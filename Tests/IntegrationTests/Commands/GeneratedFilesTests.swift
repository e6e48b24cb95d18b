import FoundationEssentials
import TestSupport
import Testing

/// The manual page and the completions that a package installs, with the programs that they are for.
@Suite struct GeneratedFilesTests {
    private let folder: TestFolder
    private let share: String

    init() throws {
        folder = try TestFolder()
        let result = try ServerProcess.run(
            Repository.path("deploy/package/generated"), [GateProcess.executable, folder.path])
        try #require(result.status.isSuccess && result.output.isEmpty && result.errors.isEmpty, "\(result)")
        share = folder.path("usr/share")
    }

    @Test func `groff formats the manual page without a warning`() throws {
        let page = try ServerProcess.output("gzip", ["-cd", "\(share)/man/man1/authfcgi.1.gz"])
        #expect(page.hasPrefix(".TH AUTHFCGI 1 "))
        // Long names may stick out.
        let options = ["-man", "-Tutf8", "-ww", "-Wbreak", "-rLL=100n", "-P-cbou"]
        let result = try ServerProcess.run("groff", options, input: page)
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result.errors)")
        let texts = ["authfcgi session revoke", "AUTHFCGI_LOG_FORMAT, --log-format text|json", "DATABASE_URL_FILE"]
        for text in texts { #expect(result.output.contains(text), "\(text)") }
    }

    /// What somebody has typed, and the words that complete it.
    private static let cases: [(String, [String])] = [
        ("authfcgi se", ["serve", "session"]), ("authfcgi session re", ["refresh", "revoke"]),
        ("authfcgi user add x --gr", ["--groups"]), ("authfcgi status --w", ["--watch"]), ("authfcgi wo", []),
    ]

    @Test(arguments: cases) func `bash completes`(_ typed: String, _ words: [String]) throws {
        let script = """
            shopt -s extglob
            source "$1"
            COMP_LINE=$2 COMP_POINT=${#2}
            read -ra COMP_WORDS <<<"$2"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _authfcgi authfcgi "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
            """
        let file = "\(share)/bash-completion/completions/authfcgi"
        let result = try ServerProcess.run("bash", ["--norc", "-c", script, "bash", file, typed])
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result)")
        #expect(Set(result.output.split(separator: "\n").map(String.init)) == Set(words), "\(result)")
    }

    @Test(arguments: cases) func `fish completes`(_ typed: String, _ words: [String]) throws {
        let script = "source $argv[1]; complete -C $argv[2]"
        let file = "\(share)/fish/vendor_completions.d/authfcgi.fish"
        let result = try ServerProcess.run(
            "fish", ["--no-config", "-c", script, file, typed], environment: ["HOME": folder.path])
        #expect(result.errors.isEmpty, "\(result)")
        // Each with its explanation behind a tab.
        let found = result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(Set(found) == Set(words), "\(result)")
    }

    @Test func `zsh knows the completion, and can read it`() throws {
        let functions = "\(share)/zsh/vendor-completions"
        let script = "fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; print -r -- $_comps[authfcgi]"
        let result = try ServerProcess.run(
            "zsh", ["-f", "-c", script, "zsh", functions], environment: ["HOME": folder.path])
        #expect(result.status.isSuccess && result.output == "_authfcgi\n" && result.errors.isEmpty, "\(result)")
        let read = try ServerProcess.run("zsh", ["-n", "\(functions)/_authfcgi"])
        #expect(read.status.isSuccess && read.errors.isEmpty, "\(read)")
        let text = try String(contentsOfFile: "\(functions)/_authfcgi", encoding: .utf8)
        #expect(text.contains("healthcheck"))
    }
}
