internal import Glibc

/// The measurement of this machine's speed, made once by each worker, before its first login.
///
/// Costs are estimates, and machines differ, also from algorithm to algorithm: a processor without SHA instructions
/// needs several times as long for PBKDF2, but not for argon2. So hashes of all algorithms are computed. How busy the
/// machine happens to be does not count.
enum HashingCalibration {
    /// A hash of our own, and one of each other algorithm that takes a few milliseconds. Their passwords are unknown.
    static let samples: [any PasswordVerifier] = {
        let (salt, key) = ([UInt8](repeating: 0, count: 16), [UInt8](repeating: 0, count: 64))
        func text(_ settings: String, _ length: Int) -> Substring {
            Substring(settings + String(repeating: "a", count: length))
        }
        let samples: [(any PasswordVerifier)?] = [
            Argon2Hash.dummy,
            CryptHash(bcrypt: text("$2b$05$", 53)),
            CryptHash(yescrypt: text("$y$j75$salt$", 43)),
            CryptHash(scrypt: text("$7$86..../....salt$", 43)),
            CryptHash(sha2: text("$6$salt$", 86), identifier: "6", checksum: 86),
            CryptHash(sha2: text("$5$salt$", 43), identifier: "5", checksum: 43),
            PHPassHash(text("B", 30)),
            ScryptHash(blocks: 1024, blockSize: 8, lanes: 1, salt: salt, key: key, keyLength: key.count),
            PBKDF2Hash(.sha1, iterations: 3000, salt: salt, key: key, keyLength: key.count),
            PBKDF2Hash(.sha256, iterations: 5000, salt: salt, key: key, keyLength: key.count),
            PBKDF2Hash(.sha512, iterations: 5000, salt: salt, key: key),
        ]
        return samples.compactMap(\.self)
    }()

    /// Returns the time of a hash on this machine relative to its cost, for the algorithm with the highest ratio. Takes
    /// some 150 ms, so never on the loop.
    static func slowness() -> Double { samples.map { slowness(of: $0) }.max() ?? 1 }

    /// Returns the ratio of one sample; 1 if it cannot be computed, for lack of memory.
    static func slowness(of sample: any PasswordVerifier) -> Double {
        let password = [UInt8](repeating: 0x61, count: 16)
        do throws(HashingFailure) {
            // The first computation uses new memory.
            var shortest = Duration.seconds(Int64.max)
            for _ in 0..<3 {
                let time = try processorTime { () throws(HashingFailure) in try sample.matches(password) }
                shortest = min(shortest, time)
            }
            return shortest / sample.cost(ofPassword: password.count).time
        } catch {
            return 1
        }
    }

    /// Returns the processor time of a computation, which does not depend on how busy the machine is.
    static func processorTime(of compute: () throws(HashingFailure) -> Bool) throws(HashingFailure) -> Duration {
        let start = threadTime
        _ = try compute()
        return threadTime - start
    }

    /// The processor time of this thread (CLOCK_THREAD_CPUTIME_ID).
    private static var threadTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
