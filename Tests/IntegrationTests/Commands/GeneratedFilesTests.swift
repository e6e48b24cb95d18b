import FoundationEssentials
import TestSupport
import Testing

/// The manual page and the completions that a package installs.
@Suite struct GeneratedFilesTests {
    @Test func `the script for packages installs a manual page and completions`() throws {
        let folder = try TestFolder()
        let result = try ServerProcess.run(
            Repository.path("deploy/package/generated"), [GateProcess.executable, folder.path])
        #expect(result.status.isSuccess && result.output.isEmpty && result.errors.isEmpty, "\(result)")
        let share = folder.path("usr/share")
        for file in ["bash-completion/completions/authfcgi", "zsh/vendor-completions/_authfcgi"] {
            let text = try String(contentsOfFile: "\(share)/\(file)", encoding: .utf8)
            #expect(text.contains("healthcheck") && text.contains("authfcgi"), "\(file)")
        }
        let fish = try String(contentsOfFile: "\(share)/fish/vendor_completions.d/authfcgi.fish", encoding: .utf8)
        #expect(fish.contains("complete -c"))
        let page = try ServerProcess.output("gzip", ["-cd", "\(share)/man/man1/authfcgi.1.gz"])
        #expect(page.hasPrefix(".TH AUTHFCGI 1 "))
    }

    @Test func `groff formats the manual page without a warning`() throws {
        let page = try ServerProcess.output(GateProcess.executable, ["manual"])
        // Long names may stick out.
        let options = ["-man", "-Tutf8", "-ww", "-Wbreak", "-rLL=100n", "-P-cbou"]
        let result = try ServerProcess.run("groff", options, input: page)
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result.errors)")
        let texts = ["authfcgi session revoke", "AUTHFCGI_LOG_FORMAT, --log-format text|json", "DATABASE_URL_FILE"]
        for text in texts { #expect(result.output.contains(text), "\(text)") }
    }
}
