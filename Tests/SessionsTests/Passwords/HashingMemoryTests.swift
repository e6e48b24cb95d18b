import Glibc
import Testing

@testable import Sessions

@Suite struct HashingMemoryTests {
    private static let usualSize = 19_456 * 1024

    @Test func `a block of our own cost stays with the thread and is reused`() throws {
        let first = unsafe try block(of: Self.usualSize)
        unsafe HashingMemory.free(first, Self.usualSize)
        unsafe #expect(isMapped(first))
        unsafe #expect(try block(of: Self.usualSize) == first)
        unsafe HashingMemory.free(first, Self.usualSize)
    }

    @Test func `a larger block is freed at once`() throws {
        let large = unsafe try block(of: Self.usualSize * 2)
        unsafe #expect(isMapped(large))
        unsafe HashingMemory.free(large, Self.usualSize * 2)
        unsafe #expect(!isMapped(large))
    }

    private func block(of size: Int) throws -> UnsafeMutablePointer<UInt8> {
        var memory: UnsafeMutablePointer<UInt8>?
        unsafe try #require(HashingMemory.allocate(&memory, size) == 0)
        return unsafe try #require(memory)
    }

    private func isMapped(_ block: UnsafeMutablePointer<UInt8>) -> Bool { unsafe msync(block, 1, MS_ASYNC) == 0 }
}
