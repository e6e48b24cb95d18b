import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// The settings in the files of `deploy` have the names that documents use.
struct DeploymentNameTests {
    private static let files = [
        "deploy/kubernetes/components/gate/settings.env", "deploy/systemd/authfcgi.env",
        "deploy/kubernetes/overlays/migrate-job/kustomization.yaml", "deploy/docker/docker-compose.yml",
        "deploy/kubernetes/components/gate/gate.yaml", "deploy/kubernetes/overlays/http/kustomization.yaml",
        "deploy/kubernetes/base/secret.example.yaml",
    ]

    @Test(arguments: files)
    func `a file of deploy writes a setting with the prefix, and knows no other`(_ file: String) throws {
        let text = try Repository.text(file)
        let bare = Set(SettingTable.all.flatMap(\.allVariables).filter { !$0.hasPrefix("AUTHFCGI_") })
            .subtracting(["DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"])
        let known = Set(SettingTable.all.flatMap(\.allVariables))
        var named: [String] = []
        for line in text.split(separator: "\n") {
            // NAME=VALUE, perhaps in a list or commented out; NAME: VALUE; - name: NAME
            let start = line.drop { "#- ".contains($0) }
            let rest = start.hasPrefix("name: ") ? start.dropFirst("name: ".count) : start
            let name = String(rest.prefix { $0.isUppercase || $0 == "_" })
            let end = rest.dropFirst(name.count).first
            guard name.count > 3, start.hasPrefix("name: ") ? end == nil : end == "=" || end == ":" else { continue }
            named.append(name)
            #expect(!bare.contains(name), "\(name)")
            if name.hasPrefix("AUTHFCGI_") { #expect(known.contains(name), "\(name)") }
        }
        #expect(!named.isEmpty)
    }

    /// Root would be refused, or have to be told.
    @Test func `what deploy starts serves as a user of its own`() throws {
        #expect(try Repository.text("deploy/docker/Dockerfile").contains("\nUSER 65532:65532\n"))
        #expect(try Repository.text("deploy/systemd/authfcgi.service").contains("\nUser=authfcgi\n"))
        let pod = try Repository.text("deploy/kubernetes/components/gate/gate.yaml")
        #expect(pod.contains("runAsNonRoot: true\n") && pod.contains("runAsUser: 65532\n"))
        for file in Self.files {
            let text = try Repository.text(file)
            #expect(!text.contains(/AUTHFCGI_USER\b/), "\(file)")
        }
    }
}
