#!/usr/bin/env python3
"""W1, NautilusTrader's Binance adapter and book.

usage: w1_nautilus.py FRAMES.jsonl adapter|apply

  adapter   what its data client does with a message: decode the envelope, decode the message, make deltas,
            apply them (adapters/binance/data.py, _handle_ws_message and _handle_book_diff_update)
  apply     the Rust book alone, on deltas made beforehand
"""

import sys
import time

import msgspec
import nautilus_trader
from nautilus_trader.adapters.binance.common.schemas.market import BinanceDataMsgWrapper, BinanceOrderBookMsg
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue

import timing

path, variant = sys.argv[1:3]
decode_envelope = msgspec.json.Decoder(BinanceDataMsgWrapper).decode
decode_message = msgspec.json.Decoder(BinanceOrderBookMsg).decode
venue = Venue("BINANCE")
instruments: dict[str, InstrumentId] = {}


def instrument(symbol: str) -> InstrumentId:
    found = instruments.get(symbol)
    if not found:
        found = instruments[symbol] = InstrumentId(Symbol(symbol + "-PERP"), venue)
    return found


def deltas(frame: bytes):
    if "@depth@" not in decode_envelope(frame).stream:
        raise ValueError("not a depth frame")
    data = decode_message(frame).data
    return data.parse_to_order_book_deltas(instrument_id=instrument(data.s), ts_init=time.time_ns())


def applied(books: dict, changes) -> OrderBook:
    book = books.get(changes.instrument_id)
    if book is None:
        book = books[changes.instrument_id] = OrderBook(changes.instrument_id, BookType.L2_MBP)
    book.apply_deltas(changes)
    best(book)
    return book


def best(book: OrderBook) -> tuple:
    bid, ask = book.best_bid_price(), book.best_ask_price()
    return bid or 0, book.best_bid_size() or 0, ask or 0, book.best_ask_size() or 0


made: dict[bytes, object] = {}


def apply_made(books: dict, frame: bytes) -> OrderBook:
    changes = made.get(frame)
    if changes is None:  # in the first pass, which is not timed
        changes = made[frame] = deltas(frame)
    return applied(books, changes)


def apply(books: dict, frame: bytes) -> OrderBook:
    return applied(books, deltas(frame))


whole = variant == "adapter"
timing.time_books(
    "nautilus_trader",
    "Binance adapter (msgspec) + OrderBook" if whole else "OrderBook.apply_deltas alone",
    nautilus_trader.__version__,
    path,
    dict,
    apply if whole else apply_made,
    best,
)
