import Testing

@testable import AuthFCGI

struct ListenAddressTests {
    @Test(arguments: [
        ("unix:/run/a.sock", ListenAddress.unix(path: "/run/a.sock")),
        ("127.0.0.1:9000", .ipv4([127, 0, 0, 1], port: 9000)),
        ("127.255.3.4:1", .ipv4([127, 255, 3, 4], port: 1)), ("[::1]:65535", .ipv6(port: 65535)),
        ("localhost:9000", .localhost(port: 9000)), ("systemd", .systemd), ("fd:0", .standardInput),
    ])
    func `The text of an address is parsed and printed alike`(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(parsing: text) == address)
        #expect("\(address)" == text)
    }

    @Test(arguments: [
        ("", ListenAddress.Problem.notUnderstood), ("9000", .notUnderstood), ("/run/a.sock", .pathWithoutUnix),
        ("unix:a.sock", .relativePath), ("unix:", .relativePath), ("unix:@abstract", .relativePath),
        ("unix:/run/", .relativePath), ("fd:3", .notLoopback), (":9000", .notLoopback), ("0.0.0.0:9000", .notLoopback),
        ("10.0.0.1:9000", .notLoopback), ("[::]:9000", .notLoopback), ("::1:9000", .notLoopback),
        ("db.example:9000", .notLoopback), ("127.0.0.256:9", .notLoopback), ("127.1:9", .notLoopback),
        ("127.0.0.+1:9", .notLoopback), ("127.0.0.1:0", .badPort), ("127.0.0.1:65536", .badPort),
        ("127.0.0.1:", .badPort), ("127.0.0.1:+9", .badPort), ("localhost:http", .badPort),
    ])
    func `Invalid addresses and those open to other hosts are refused`(text: String, problem: ListenAddress.Problem) {
        #expect(throws: problem) { try ListenAddress(parsing: text) }
    }

    @Test func `The maximum length of a path is that of sun_path`() throws {
        let longest = "/" + String(repeating: "a", count: 106)
        #expect(try ListenAddress(parsing: "unix:" + longest) == .unix(path: longest))
        #expect(throws: ListenAddress.Problem.pathTooLong(bytes: 108)) {
            try ListenAddress(parsing: "unix:" + longest + "a")
        }
    }

    @Test func `Sockets passed by systemd are for the process in LISTEN_PID only`() {
        #expect(ActivatedSocket.countOfSystemd(["LISTEN_PID": "7", "LISTEN_FDS": "2"], pid: 7) == 2)
        #expect(ActivatedSocket.countOfSystemd(["LISTEN_PID": "8", "LISTEN_FDS": "2"], pid: 7) == 0)
        #expect(ActivatedSocket.countOfSystemd(["LISTEN_FDS": "2"], pid: 7) == 0)
        #expect(ActivatedSocket.countOfSystemd(["LISTEN_PID": "7", "LISTEN_FDS": "-2"], pid: 7) == 0)
    }

    @Test func `A passed socket must be reachable from this machine only`() {
        #expect(ActivatedSocket.name(family: 2, [2, 0, 0x23, 0x28, 127, 0, 0, 1]) == "127.0.0.1:9000")
        #expect(ActivatedSocket.name(family: 2, [2, 0, 0x23, 0x28, 0, 0, 0, 0]) == nil)
        #expect(ActivatedSocket.name(family: 2, [2, 0]) == nil)
        let ipv6: [UInt8] = [10, 0, 0x23, 0x28, 0, 0, 0, 0] + .init(repeating: 0, count: 16)
        #expect(ActivatedSocket.name(family: 10, ipv6) == nil)
        #expect(ActivatedSocket.name(family: 10, ipv6.dropLast() + [1]) == "[::1]:9000")
        #expect(ActivatedSocket.name(family: 1, [1, 0] + "/run/a".utf8 + [0]) == "unix:/run/a")
    }
}
