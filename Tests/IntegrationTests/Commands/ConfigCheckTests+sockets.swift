import Foundation
import TestSupport
import Testing

/// What `authfcgi config check` says about sockets.
extension ConfigCheckTests {
    @Test func `a socket whose folder is missing, is a file's place, or may not be written`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let missing = folder.path("missing/gate.sock")
        try expect(78, says: "the directory of \(missing) does not exist", ["LISTEN": "unix:\(missing)"])
        let file = try folder.write("file", "")
        try expect(78, says: "\(file) exists and is not a socket", ["LISTEN": "unix:\(file)"])
        let all = try check([
            "LISTEN": "unix:\(missing)", "DATABASE_SCHEMA": "auth", "REDIS_URL": "redis://127.0.0.1:1",
        ])
        #expect(all.status == .code(78))
        for words in ["the directory of", "there is no schema", "Redis: 127.0.0.1:1: "] {
            #expect(all.errors.contains(words), "\(words): \(all)")
        }
    }

    @Test func `without LISTEN the standard socket is tried, as serve does`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let standard = try check(["LISTEN": "unix:/run/authfcgi/authfcgi.sock"])
        let result = try check(["LISTEN": ""])
        #expect(result.status == standard.status, "\(result)")
        // Where the program is installed, the folder exists.
        guard !FileManager.default.fileExists(atPath: "/run/authfcgi") else { return }
        let words = "the directory of /run/authfcgi/authfcgi.sock does not exist; create it, owned by the user"
        try expect(78, says: words, ["LISTEN": ""])
        #expect(result.errors.hasSuffix("; if systemd passes the socket to 'serve', add --listen systemd\n"))
        let served = try run(["serve"], environment: ["LISTEN": ""])
        #expect(served.status == .code(78) && served.errors.contains(words), "\(served)")
    }

    @Test(arguments: ["systemd", "fd:0"])
    func `a socket that another program passes to serve alone is a note`(_ listen: String) throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let result = try check(["LISTEN": listen])
        #expect(result.status == .code(0) && result.errors == "", "\(result)")
        #expect(result.output.contains("Note: LISTEN is \(listen): 'serve' needs "), "\(result)")
        let listener = try Endpoint.unix(folder.path("passed.sock")).makeListener(isBlocking: true)
        let environment = ["LISTEN": listen, "LISTEN_FDS": "1"]
        let number: Int32 = listen == "systemd" ? 3 : 0
        let process = try ServerProcess(
            GateProcess.executable, ["config", "check"], environment: commandEnvironment.merging(environment) { $1 },
            logFile: folder.path("log"), descriptors: [number: listener.number], setsListenPID: true)
        #expect(try process.waitForExit(within: .seconds(30)) == .code(0), "\(process.log)")
        #expect(process.log.contains("The settings are valid") && !process.log.contains("Note: "), "\(process.log)")
    }
}
