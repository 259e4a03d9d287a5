import Control
import Engine
import Node

// Answers made of the engine alone, read where it is.
extension BooksAnswer {
    static func gather(_ desk: isolated TradingDesk, _ symbol: String) throws(ControlFault) -> BooksAnswer {
        let now = desk.now
        return try desk.inspect { engine in
            Result { () throws(ControlFault) in try BooksAnswer.gather(engine, symbol, at: now) }
        }.get()
    }
}

extension PositionsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> PositionsAnswer {
        let now = desk.now
        return desk.inspect { PositionsAnswer.gather($0, at: now) }
    }
}

extension OrdersAnswer {
    static func gather(_ desk: isolated TradingDesk, onlyUnknown: Bool) -> OrdersAnswer {
        let now = desk.now
        return desk.inspect { OrdersAnswer.gather($0, onlyUnknown: onlyUnknown, at: now) }
    }
}

extension HedgesAnswer {
    static func gather(_ desk: isolated TradingDesk) -> HedgesAnswer {
        let now = desk.now
        return desk.inspect { HedgesAnswer.gather($0, at: now) }
    }
}

extension TradeAnswer {
    static func gather(_ desk: isolated TradingDesk, _ number: UInt64) throws(ControlFault) -> TradeAnswer {
        try desk.inspect { engine in
            Result { () throws(ControlFault) in try TradeAnswer.gather(engine, number) }
        }.get()
    }
}
