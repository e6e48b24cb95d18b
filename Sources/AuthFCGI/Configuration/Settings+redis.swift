internal import Sessions

/// What is particular about the settings of Redis.
extension Settings {
    static func redis(_ reader: inout SettingsReader) -> (url: Secret, location: RedisLocation)? {
        reader.secret(.redisURL) { text in
            do throws(RedisURLProblem) {
                return .value((Secret(text), try RedisLocation(parsing: text)))
            } catch {
                return .problem("is not understood: \(error)")
            }
        }
    }

    static func keyPrefix(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            // A cluster would put all keys with the same word in braces on one server.
            (0x21..<0x7f).contains(byte) && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "}")
        }
        return isPlain && (1...64).contains(text.utf8.count) ? text : nil
    }

    /// Files that are not there or not what they should be stop the start, rather than each connection.
    func checkRedisTLS(_ reader: inout SettingsReader) {
        let files: [(Setting, String?)] = [
            (.redisTLSAuthorities, redisTLSAuthorities), (.redisTLSCertificate, redisTLSCertificate),
            (.redisTLSKey, redisTLSKey),
        ]
        // What is wrong with the URL itself has been said already.
        if redisLocation == nil, reader.isGiven(.redisURL) { return }
        guard let redisLocation, redisLocation.usesTLS else {
            for (setting, file) in files where file != nil {
                reader.add(setting, "is set, but REDIS_URL asks for no TLS; begin it with rediss:// or remove this one")
            }
            return
        }
        guard (redisTLSCertificate == nil) == (redisTLSKey == nil) else {
            return reader.add(
                redisTLSKey == nil ? .redisTLSKey : .redisTLSCertificate,
                "is not set; a certificate and its key go together")
        }
        do throws(RedisTLS.Problem) {
            _ = try RedisTLS(self)
        } catch {
            reader.add(.redisURL, "asks for TLS: \(error)")
        }
    }
}
