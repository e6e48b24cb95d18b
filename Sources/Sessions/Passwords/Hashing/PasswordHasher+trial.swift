extension PasswordHasher {
    /// Computes one hash of each algorithm, as a worker does at its start. Takes some 50 ms.
    /// - Returns: The reason why one of them cannot be computed, such as a system library that lacks it; nil if there is none.
    package nonisolated static func trial() -> String? {
        for sample in HashingCalibration.samples {
            do throws(HashingFailure) {
                _ = try sample.matches([UInt8](repeating: 0x61, count: 16))
            } catch {
                return error.reason
            }
        }
        return nil
    }
}
