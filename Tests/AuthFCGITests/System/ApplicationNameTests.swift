import Testing

@testable import AuthFCGI
@testable import Sessions

struct ApplicationNameTests {
    @Test func `the longest name of a connection has the 63 bytes that PostgreSQL keeps`() {
        let pod = "a-very-long-name-of-a-deployment-6c9f8d7b5c-x2x9z"
        for purpose in ConnectionPurpose.allCases {
            let configuration = PostgreSQLConfiguration(
                url: Secret("x"), applicationName: ApplicationName.worker(255, on: pod))
            #expect(configuration.applicationName(for: purpose).utf8.count <= 63)
            #expect(
                configuration.applicationName(for: purpose).hasSuffix(
                    "-6c9f8d7b5c-x2x9z worker 255 \(purpose.rawValue)"))
        }
        #expect(ApplicationName.worker(0, on: "") == "authfcgi - worker 0")
        #expect(ApplicationName.command(on: "web-1") == "authfcgi web-1 command")
    }
}
