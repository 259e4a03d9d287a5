#!/usr/bin/env python3
"""W1, cryptofeed: BinanceFutures.message_handler, its order_book extension, the callback of a book.

usage: w1_cryptofeed.py FRAMES.jsonl

The feed is built without a network: the symbols are set by hand, the snapshot is put in as the feed itself
would.
"""

import sys
import time
from decimal import Decimal
from importlib.metadata import version

from cryptofeed.defines import BINANCE_FUTURES, L2_BOOK
from cryptofeed.exchanges.binance_futures import BinanceFutures
from cryptofeed.symbols import Symbols
from cryptofeed.types import OrderBook
from yapic import json

import timing

path = sys.argv[1]
symbols = [json.loads(frame)["data"]["s"] for frame in timing.load_frames(path)[0]]
pairs = [symbol[:-4] + "-USDT-PERP" for symbol in symbols]
Symbols.set(BINANCE_FUTURES, dict(zip(pairs, symbols)), {"instrument_type": {}})
latest = {}


async def book_changed(book: OrderBook, _time: float):
    latest["book"] = book


class Connection:
    uuid = "x"


feed = BinanceFutures(symbols=pairs, channels=[L2_BOOK], callbacks={L2_BOOK: book_changed})
connection = Connection()


def empty() -> set:
    feed._reset()
    for symbol in symbols:
        feed._l2_book.pop(symbol, None)
    return set()


def finish(coroutine):
    """Runs what never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the message handler waits for something")


def levels(side: list) -> dict:
    return {Decimal(price): Decimal(quantity) for price, quantity in side}


def apply(known: set, frame: bytes):
    if len(known) < len(symbols):
        data = json.loads(frame)["data"]
        pair = feed.exchange_symbol_to_std_symbol(data["s"])
        book = OrderBook(
            feed.id, pair, max_depth=feed.max_depth, bids=levels(data["b"]), asks=levels(data["a"])
        )
        feed._l2_book[pair] = book
        feed.last_update_id[pair] = data["u"]
        known.add(pair)
        return book
    finish(feed.message_handler(frame, connection, time.time()))
    book = latest["book"].book
    book.bids.index(0), book.asks.index(0)
    return book


def best(book) -> tuple:
    return (*book.bids.index(0), *book.asks.index(0))


timing.time_books(
    "cryptofeed",
    "BinanceFutures.message_handler + order_book",
    version("cryptofeed"),
    path,
    empty,
    apply,
    best,
    passes=1,
    latency_passes=1,
)
