/// A growing buffer that is written at the end and read at the front; what is read stays in place until more
/// room is needed, so readers see contiguous bytes without copies.
struct ByteWindow: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var start = 0
    private var end = 0
    /// What the window shrinks back to when it is empty after a large message.
    private let usualCapacity: Int

    init(usualCapacity: Int) {
        self.usualCapacity = usualCapacity
        capacity = usualCapacity
        base = .allocate(byteCount: usualCapacity, alignment: 16)
    }

    deinit { base.deallocate() }

    var count: Int { end - start }

    /// The unread bytes, valid until the next mutating call.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base + start, count: end - start) }

    /// Room for at least `count` more bytes at the end.
    mutating func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if capacity - end < count { makeRoom(count) }
        return UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
    }

    /// Takes note that `count` bytes were written into `room`.
    mutating func filled(_ count: Int) {
        precondition(count <= capacity - end)
        end += count
    }

    mutating func consume(_ count: Int) {
        precondition(count <= end - start)
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Gives memory of a past large message back. Only when nothing points into the window.
    mutating func settle() {
        guard start == end, capacity > usualCapacity * 16 else { return }
        base.deallocate()
        capacity = usualCapacity
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    private mutating func makeRoom(_ count: Int) {
        let unread = end - start
        var wanted = capacity
        while wanted - unread < count { wanted *= 2 }
        if wanted == capacity {
            base.copyMemory(from: base + start, byteCount: unread)
        } else {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
            larger.copyMemory(from: base + start, byteCount: unread)
            base.deallocate()
            base = larger
            capacity = wanted
        }
        start = 0
        end = unread
    }
}
