/// The arrays of C strings that libpq takes for keywords and values.
enum CStringList {
    /// Calls `body` with `texts` as a null-terminated array of C strings. The pointers are valid during the call only.
    static func withPointers<T>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        let bytes = texts.map { Array($0.utf8CString) }
        let all = bytes.flatMap(\.self)
        return unsafe all.withUnsafeBufferPointer { all in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for text in bytes {
                unsafe pointers.append(all.baseAddress.map { unsafe $0 + offset })
                offset += text.count
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
