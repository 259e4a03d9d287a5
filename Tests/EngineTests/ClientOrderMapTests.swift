import Testing
import TradingModel

@Suite struct `A map of client orders` {
    private func id(_ number: Int) -> ClientOrderID {
        ClientOrderID(
            epoch: 3, node: 1, strategy: UInt16(number % 4), intent: UInt64(number / 3),
            leg: UInt8(number % 3),
            attempt: 0)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `holds what a dictionary holds, whatever is put in and taken out`(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        var map = ClientOrderMap<Int>()
        if seed % 2 == 0 { map.reserve(100) }
        var dictionary: [ClientOrderID: Int] = [:]
        for step in 0..<6_000 {
            // Growing at first, then small again.
            let id = id(Int(random.next() % (step < 3_000 ? 700 : 40)))
            switch random.next() % 4 {
            case 0:
                let (gone, right) = (map.remove(id), dictionary.removeValue(forKey: id))
                #expect(gone == right)
            case 1:
                map[id] = nil
                dictionary[id] = nil
            default:
                map[id] = step
                dictionary[id] = step
            }
            #expect(map[id] == dictionary[id] && map.count == dictionary.count)
        }
        for number in 0..<700 {
            let id = id(number)
            #expect(map[id] == dictionary[id] && map.contains(id) == (dictionary[id] != nil))
        }
    }

    @Test func `a value is changed where it lies`() throws {
        var map = ClientOrderMap<[Int]>()
        for number in 0..<50 { map.insert([number], id(number)) }
        let place = try #require(map.place(of: id(7)))
        map[at: place].append(8)
        #expect(map[id(7)] == [7, 8] && map[id(8)] == [8])
        #expect(map.place(of: id(99)) == nil && ClientOrderMap<Int>()[id(1)] == nil)
    }
}
