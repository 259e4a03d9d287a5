#!/usr/bin/env python3
"""W5, NautilusTrader's BacktestEngine on the same levels. Only run() is timed.

usage: w5_nautilus.py FRAMES.jsonl noop|orders

  noop     the strategy reads best bid and ask of the cache's book after every frame
  orders   and submits an IOC limit order at the touch every hundredth frame, matched by the exchange
"""

import gc
import json
import sys

import msgspec
import nautilus_trader
from nautilus_trader.adapters.binance.common.schemas.market import BinanceOrderBookMsg
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import AccountType, BookType, OmsType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.trading.strategy import Strategy

from nautilus_instrument import perpetual
from timing import clock

VENUE = Venue("BINANCE")
INSTRUMENT = InstrumentId(Symbol("BTCUSDT-PERP"), VENUE)
LOT = Quantity.from_str("0.001")

path, variant = sys.argv[1:3]


class Reader(Strategy):
    def __init__(self):
        super().__init__(StrategyConfig(strategy_id="S-1"))
        self.frames, self.spreads, self.orders = 0, 0.0, 0

    def on_start(self):
        self.subscribe_order_book_deltas(INSTRUMENT, BookType.L2_MBP)

    def on_order_book_deltas(self, changes):
        book = self.cache.order_book(INSTRUMENT)
        self.frames += 1
        bid, ask = book.best_bid_price(), book.best_ask_price()
        self.spreads += ask.as_double() - bid.as_double()
        if variant == "orders" and self.frames % 100 == 0:
            self.orders += 1
            buys = self.orders & 1
            side, price = (OrderSide.BUY, ask) if buys else (OrderSide.SELL, bid)
            self.submit_order(
                self.order_factory.limit(INSTRUMENT, side, LOT, price, time_in_force=TimeInForce.IOC)
            )


decode = msgspec.json.Decoder(BinanceOrderBookMsg).decode
data, deltas = [], 0
for number, line in enumerate(open(path, "rb")):
    message = decode(line).data
    changes = message.parse_to_order_book_deltas(
        instrument_id=INSTRUMENT, ts_init=message.E * 1_000_000, snapshot=number == 0
    )
    data.append(changes)
    deltas += len(changes.deltas)

engine = BacktestEngine(config=BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
engine.add_venue(
    venue=VENUE,
    oms_type=OmsType.NETTING,
    account_type=AccountType.MARGIN,
    base_currency=None,
    starting_balances=[Money(1_000_000, USDT)],
    book_type=BookType.L2_MBP,
)
engine.add_instrument(perpetual(INSTRUMENT))
engine.add_data(data)
reader = Reader()
engine.add_strategy(reader)
gc.collect()
began = clock()
engine.run()
elapsed = clock() - began
figures = {
    "workload": "W5",
    "peer": "nautilus_trader",
    "version": nautilus_trader.__version__,
    "variant": "BacktestEngine " + variant,
    "frames": reader.frames,
    "deltas": deltas,
    "orders": reader.orders,
    "filled": len([order for order in engine.cache.orders() if order.filled_qty > 0]),
    "frames_per_s": round(reader.frames * 1e9 / elapsed),
    "deltas_per_s": round(deltas * 1e9 / elapsed),
    "ns_per_frame": round(elapsed / reader.frames),
    "ns_per_delta": round(elapsed / deltas),
    "acc": round(reader.spreads, 1),
}
print(json.dumps(figures))
