import EventLoop
import Testing

@testable import Sessions

/// The checks that share a look-up. Times are seconds.
@Suite struct LookUpTableTests {
    private var table = LookUpTable<String>(capacity: 4)

    private func time(_ seconds: Double) -> BootInstant { ReadLaneValues.time(seconds) }

    private mutating func add(_ asker: String, at seconds: Double = 0) -> LookUpKey {
        table.add(ReadLaneValues.hash(1), asker, of: Requester(), deadline: time(seconds + 0.7), at: time(seconds))
    }

    private mutating func join(_ asker: String, at seconds: Double = 0) -> Bool {
        table.join(ReadLaneValues.hash(1), asker, sentWithin: .seconds(1), at: time(seconds))
    }

    @Test mutating func `a no does not answer the checks that joined after the sending`() {
        let key = add("first")
        #expect(join("early") == true)
        table.send(key, at: time(0))
        #expect(join("late") == true)
        #expect(join("later") == true)
        let (answered, unanswered) = table.answer(key, isNo: true)
        #expect(answered == ["first", "early"] && unanswered == ["late", "later"])
        #expect(table.hasRoom(for: Requester()) && table.deadline(of: key) == nil)
    }

    @Test mutating func `every other answer is for all`() {
        let key = add("first")
        table.send(key, at: time(0))
        #expect(join("late") == true)
        let (answered, unanswered) = table.answer(key, isNo: false)
        #expect(answered == ["first", "late"] && unanswered == [])
    }

    @Test mutating func `a look-up is answered once`() {
        let key = add("first")
        _ = table.answer(key, isNo: false)
        let (answered, unanswered) = table.answer(key, isNo: false)
        #expect(answered == [] && unanswered == [])
    }

    @Test mutating func `a look-up sent too long ago cannot be joined, one sent again can`() {
        let key = add("first")
        #expect(join("a", at: 1) == false)
        table.send(key, at: time(0.5))
        #expect(join("b", at: 1) == true)
    }

    @Test mutating func `of two look-ups for one hash the newer one can be joined, also when the older is answered`() {
        let old = add("old")
        table.hear(.everything)
        #expect(join("a") == false)
        let new = add("new")
        _ = table.answer(old, isNo: false)
        #expect(join("b") == true)
        let (answered, _) = table.answer(new, isNo: false)
        #expect(answered == ["new", "b"])
    }

    @Test mutating func `a revocation of other sessions does not matter`() {
        _ = add("first")
        table.hear(.ended([ReadLaneValues.hash(2)]))
        #expect(join("a") == true)
    }

    @Test mutating func `a look-up is retried once, an answered one never`() {
        let key = add("first")
        let isRetried = [table.retry(key), table.retry(key)]
        #expect(isRetried == [true, false])
        let other = add("other")
        _ = table.answer(other, isNo: false)
        let isAnsweredOneRetried = table.retry(other)
        #expect(!isAnsweredOneRetried)
    }
}
