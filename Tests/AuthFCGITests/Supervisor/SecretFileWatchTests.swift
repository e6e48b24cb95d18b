import Testing

@testable import AuthFCGI

/// When a secret is read again from its file.
struct SecretFileWatchTests {
    private static let database = SecretFile(
        setting: "AUTHFCGI_DATABASE_URL", variable: "DATABASE_URL_FILE", path: "/database")
    private static let redis = SecretFile(
        setting: "AUTHFCGI_REDIS_URL", variable: "AUTHFCGI_REDIS_URL_FILE", path: "/redis")

    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var watch = SecretFileWatch()
    private var stamps: [String: FileStamp] = ["/database": Self.stamp(1), "/redis": Self.stamp(2)]

    private static func stamp(_ number: UInt64, size: Int64 = 10) -> FileStamp {
        FileStamp(device: 1, inode: number, size: size, changes: [0, 0])
    }

    init() {
        let stamps = stamps
        watch.watch([Self.database, Self.redis]) { stamps[$0] }
    }

    private mutating func look(_ seconds: Double, isRefused: Bool = false) -> SecretFileWatch.Reason? {
        let stamps = stamps
        return watch.look(isRefused: isRefused, at: start + .milliseconds(Int(seconds * 1000))) { stamps[$0] }
    }

    @Test mutating func `a file that has changed is read at the look after the one that has found it`() {
        let before = look(0)
        stamps["/redis"] = Self.stamp(3)
        let reasons = [look(1), look(2), look(3), look(4), look(6)]
        #expect(before == nil)
        #expect(reasons == [nil, nil, nil, .changed(["AUTHFCGI_REDIS_URL_FILE"]), nil])
        #expect("\(reasons[3], default: "")" == "the file of AUTHFCGI_REDIS_URL_FILE has changed")
    }

    @Test mutating func `a file that is still being written, or is away, is not read`() {
        stamps["/database"] = Self.stamp(1, size: 0)
        var reasons = [look(0)]
        stamps["/database"] = Self.stamp(1, size: 5)
        reasons.append(look(2))
        stamps["/database"] = nil
        reasons += [look(4), look(6)]
        stamps["/database"] = Self.stamp(4)
        reasons += [look(8), look(10), look(12)]
        #expect(reasons == [nil, nil, nil, nil, nil, .changed(["DATABASE_URL_FILE"]), nil])
    }

    @Test mutating func `a file that is as before when it is looked at again is not read`() {
        stamps["/database"] = nil
        var reasons = [look(0)]
        stamps["/database"] = Self.stamp(1)
        reasons += [look(2), look(4)]
        #expect(reasons == [nil, nil, nil])
    }

    @Test mutating func `a refused password has the file read at once, and again after pauses that grow`() {
        let reasons = [
            look(0, isRefused: true), look(0.1, isRefused: true), look(4.9), look(5), look(6),
            look(14, isRefused: true), look(15), look(34.9, isRefused: true), look(35),
        ]
        #expect(reasons == [.refused, nil, nil, .refused, nil, nil, .refused, nil, .refused])
        // After a while without, it is the first one again.
        let later = [look(200, isRefused: true), look(204.9, isRefused: true), look(205)]
        #expect(later == [.refused, nil, .refused])
    }

    @Test mutating func `without a file nothing is read`() {
        watch.watch([]) { _ in nil }
        let reason = look(0, isRefused: true)
        #expect(reason == nil)
    }
}
