"""W2 on NautilusTrader: the two venues, how a frame becomes deltas, the strategy with the shared rules,
and the bytes an execution client makes of an order. Shared by w2_nautilus_live.py and
w2_nautilus_engines.py."""

import time

import msgspec
import nautilus_trader
from nautilus_trader.adapters.binance.common.schemas.market import BinanceDataMsgWrapper, BinanceOrderBookMsg
from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import BookType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.objects import AccountBalance, Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

import w2_rules
from timing import clock

VERSION = nautilus_trader.__version__
VENUES = (Venue("VA"), Venue("VB"))
INSTRUMENTS = tuple(InstrumentId(Symbol("BTCUSDT-PERP"), venue) for venue in VENUES)
WITHOUT_RATE_LIMIT = "1000000/00:00:01"  # the rules have one of their own

decode_envelope = msgspec.json.Decoder(BinanceDataMsgWrapper).decode
decode_message = msgspec.json.Decoder(BinanceOrderBookMsg).decode
encode = msgspec.json.Encoder().encode


def deltas(venue: int, frame: bytes):
    """What the Binance adapter does with a frame."""
    if "@depth@" not in decode_envelope(frame).stream:
        raise ValueError("not a depth frame")
    data = decode_message(frame).data
    return data.parse_to_order_book_deltas(instrument_id=INSTRUMENTS[venue], ts_init=time.time_ns())


def event_ms(changes) -> int:
    """Frames carry T, 3 ms before E. The adapter's way to nanoseconds goes through a float, hence the
    rounding."""
    return (changes.ts_event + 500_000) // 1_000_000 + 3


def report_balance(client, clock_):
    balance = AccountBalance(total=Money(1_000_000, USDT), locked=Money(0, USDT), free=Money(1_000_000, USDT))
    client.generate_account_state(
        balances=[balance], margins=[], reported=True, ts_event=clock_.timestamp_ns()
    )


class Progress:
    """What has been asked for and what has been sent; `ended` is when the last frame's work was done."""

    def __init__(self):
        self.sent: w2_rules.Sent = []
        self.asked, self.frames, self.ended = 0, 0, 0
        self.done = self.ordered = False
        self.details: dict = {}  # by client order id

    def check(self):
        if len(self.sent) == self.asked:
            self.ended, self.done = clock(), True

    def send(self, order):
        venue, _, _, _, time_ms, number = self.details[order.client_order_id]
        side = "BUY" if order.side == OrderSide.BUY else "SELL"
        message = w2_rules.order_message(
            venue, side, str(order.price)[:-1], str(order.quantity), time_ms, number
        )
        message["params"]["symbol"] = order.instrument_id.symbol.value[:-5]
        self.sent.append((venue, encode(message)))
        self.check()


class Arbitrageur(Strategy):
    def __init__(self, progress: Progress):
        super().__init__(StrategyConfig(strategy_id="ARB-1"))
        self.progress, self.rules = progress, w2_rules.Arbitrage(self.order)
        self.venue_of = {INSTRUMENTS[0]: 0, INSTRUMENTS[1]: 1}

    def on_start(self):
        for instrument in INSTRUMENTS:
            self.subscribe_order_book_deltas(instrument, BookType.L2_MBP)

    def order(self, venue: int, side: str, price: float, lots: int, time_ms: int, number: int):
        order = self.order_factory.limit(
            instrument_id=INSTRUMENTS[venue],
            order_side=OrderSide.BUY if side == "BUY" else OrderSide.SELL,
            quantity=Quantity(lots / 1000, 3),
            price=Price(price, 2),
            time_in_force=TimeInForce.IOC,
        )
        self.progress.details[order.client_order_id] = (venue, side, price, lots, time_ms, number)
        self.progress.asked += 1
        self.submit_order(order)

    def on_order_book_deltas(self, changes):
        book, progress = self.cache.order_book(changes.instrument_id), self.progress
        ordered = self.rules.book_changed(
            self.venue_of[changes.instrument_id],
            book.best_bid_price().as_double(),
            book.best_bid_size().as_double(),
            book.best_ask_price().as_double(),
            book.best_ask_size().as_double(),
            event_ms(changes),
        )
        progress.frames += 1
        progress.check()
        progress.ordered = ordered
