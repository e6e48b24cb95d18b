import Testing

@testable import Sessions

/// The order in which attempts try the servers of a connection string.
@Suite struct ConnectionHostsTests {
    private func rotated(_ url: Secret, by places: Int) -> [String: String] {
        Dictionary(uniqueKeysWithValues: ConnectionHosts(url).rotated(by: places).map { ($0.name, $0.value) })
    }

    @Test func `each attempt begins with another server`() {
        let url: Secret = "postgresql://a:1,b:2,c:3/app"
        #expect(rotated(url, by: 0) == [:])
        #expect(rotated(url, by: 1) == ["host": "b,c,a", "port": "2,3,1"])
        #expect(rotated(url, by: 2) == ["host": "c,a,b", "port": "3,1,2"])
        #expect(rotated(url, by: 3) == [:])
        #expect(rotated(url, by: 4) == ["host": "b,c,a", "port": "2,3,1"])
    }

    @Test func `addresses move along with the names, and a port of all servers stays`() {
        let url: Secret = "host=a,b hostaddr=192.0.2.1,192.0.2.2 port=5433 dbname=app"
        #expect(rotated(url, by: 1) == ["host": "b,a", "hostaddr": "192.0.2.2,192.0.2.1"])
        #expect(rotated("hostaddr=192.0.2.1,192.0.2.2", by: 1) == ["hostaddr": "192.0.2.2,192.0.2.1"])
    }

    @Test func `a server without a name keeps its place`() {
        #expect(rotated("host=a,,c port=1,2,", by: 1) == ["host": ",c,a", "port": "2,,1"])
    }

    @Test(arguments: ["postgresql://a/app", "postgresql:///app", "port=5433", "no connection string"] as [Secret])
    func `one server, or none, is not rotated`(url: Secret) {
        for places in 0..<4 { #expect(rotated(url, by: places) == [:]) }
    }
}
