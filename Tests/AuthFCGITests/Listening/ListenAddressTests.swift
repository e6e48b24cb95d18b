import Testing

@testable import AuthFCGI

struct ListenAddressTests {
    private static func ip(_ text: String, _ port: UInt16) throws -> ListenPlace {
        .ip(try #require(IPAddress(text)), port: port)
    }

    @Test(arguments: [
        ("unix:/run/a.sock", ListenPlace.unix(path: "/run/a.sock")), ("localhost:9000", .localhost(port: 9000)),
        ("systemd", .systemd), ("fd:0", .standardInput),
    ])
    func `The text of an address is parsed and printed alike`(text: String, place: ListenPlace) throws {
        #expect(try ListenAddress(parsing: text) == ListenAddress(.fastCGI, place))
        #expect("\(ListenAddress(.fastCGI, place))" == text)
        guard place != .systemd else { return }
        #expect(try ListenAddress(parsing: "fcgi:" + text) == ListenAddress(.fastCGI, place))
        for kind in [ListenerKind.http, .httpCheck] {
            let address = try ListenAddress(parsing: "\(kind.rawValue):\(text)")
            #expect(address == ListenAddress(kind, place) && "\(address)" == "\(kind.rawValue):\(text)")
        }
    }

    @Test(
        arguments: [
            ("127.0.0.1:9000", "127.0.0.1", 9000), ("127.255.3.4:1", "127.255.3.4", 1), ("[::1]:65535", "::1", 65535),
        ] as [(String, String, UInt16)])
    func `Loopback addresses are for both protocols`(_ text: String, _ ip: String, _ port: UInt16) throws {
        let place = try Self.ip(ip, port)
        #expect(try ListenAddress(parsing: text) == ListenAddress(.fastCGI, place))
        #expect(try ListenAddress(parsing: "http:" + text) == ListenAddress(.http, place))
        #expect("\(ListenAddress(.fastCGI, place))" == text && !place.isOpenToOthers && place.isTCP)
    }

    @Test(
        arguments: [
            ("0.0.0.0:8080", "0.0.0.0", 8080), ("10.0.0.1:80", "10.0.0.1", 80), ("[::]:8080", "::", 8080),
            ("[2001:db8::1]:1", "2001:db8::1", 1),
        ] as [(String, String, UInt16)])
    func `Addresses open to other machines are for HTTP alone`(_ text: String, _ ip: String, _ port: UInt16) throws {
        let place = try Self.ip(ip, port)
        for kind in [ListenerKind.http, .httpCheck] {
            let address = try ListenAddress(parsing: "\(kind.rawValue):\(text)")
            #expect(address == ListenAddress(kind, place) && "\(address)" == "\(kind.rawValue):\(text)")
        }
        #expect(place.isOpenToOthers)
        #expect(throws: ListenAddress.Problem.notLoopback) { try ListenAddress(parsing: text) }
    }

    @Test(arguments: [
        ("", ListenAddress.Problem.notUnderstood), ("9000", .notUnderstood), ("/run/a.sock", .pathWithoutUnix),
        ("unix:a.sock", .relativePath), ("unix:", .relativePath), ("unix:@abstract", .relativePath),
        ("unix:/run/", .relativePath), ("fd:3", .notLoopback), (":9000", .notLoopback), ("0.0.0.0:9000", .notLoopback),
        ("10.0.0.1:9000", .notLoopback), ("[::]:9000", .notLoopback), ("::1:9000", .notLoopback),
        ("db.example:9000", .notLoopback), ("127.0.0.256:9", .notLoopback), ("127.1:9", .notLoopback),
        ("127.0.0.+1:9", .notLoopback), ("127.0.0.1:0", .badPort), ("127.0.0.1:65536", .badPort),
        ("127.0.0.1:", .badPort), ("127.0.0.1:+9", .badPort), ("localhost:http", .badPort),
        ("http:", .notUnderstood), ("http:/run/a.sock", .pathWithoutUnix), ("http:unix:a", .relativePath),
        ("http://127.0.0.1:80", .notAnAddress), ("http:db.example:80", .notAnAddress),
        ("http:[127.0.0.1]:80", .notAnAddress),
        ("http:::1:80", .notAnAddress), ("http:10.0.0.1:0", .badPort), ("https:127.0.0.1:80", .notLoopback),
        ("http:systemd", .namesOfSystemd), ("fcgi:systemd", .namesOfSystemd), ("http-check:systemd", .namesOfSystemd),
    ])
    func `Invalid addresses and those open to other hosts are refused`(text: String, problem: ListenAddress.Problem) {
        #expect(throws: problem) { try ListenAddress(parsing: text) }
    }

    @Test func `The maximum length of a path is that of sun_path`() throws {
        let longest = "/" + String(repeating: "a", count: 106)
        #expect(try ListenAddress(parsing: "unix:" + longest).place == .unix(path: longest))
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

    @Test func `What a socket of systemd speaks is in its name`() {
        let names = ["LISTEN_FDNAMES": "authfcgi.socket:http:http-check:fcgi:HTTP:"]
        #expect(
            ActivatedSocket.kindsOfSystemd(names) == [.fastCGI, .http, .httpCheck, .fastCGI, .fastCGI, .fastCGI])
        #expect(ActivatedSocket.kindsOfSystemd([:]) == [.fastCGI])
    }

    @Test func `The place of a passed socket is read from its address`() throws {
        #expect(try Self.ip("127.0.0.1", 9000) == ActivatedSocket.place(family: 2, [2, 0, 0x23, 0x28, 127, 0, 0, 1]))
        #expect(try Self.ip("0.0.0.0", 9000) == ActivatedSocket.place(family: 2, [2, 0, 0x23, 0x28, 0, 0, 0, 0]))
        #expect(ActivatedSocket.place(family: 2, [2, 0]) == nil && ActivatedSocket.place(family: 17, [17, 0]) == nil)
        let ipv6: [UInt8] = [10, 0, 0x23, 0x28, 0, 0, 0, 0] + .init(repeating: 0, count: 16)
        #expect(try Self.ip("::", 9000) == ActivatedSocket.place(family: 10, ipv6))
        #expect(try Self.ip("::1", 9000) == ActivatedSocket.place(family: 10, ipv6.dropLast() + [1]))
        #expect(ActivatedSocket.place(family: 1, [1, 0] + "/run/a".utf8 + [0]) == .unix(path: "/run/a"))
        #expect(ActivatedSocket.place(family: 1, [1, 0, 0] + "a".utf8) == .unix(path: "@a"))
    }
}
