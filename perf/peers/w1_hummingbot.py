#!/usr/bin/env python3
"""W1, hummingbot: json.loads as aiohttp does, its Binance perpetual parser, OrderBook.apply_diffs, best bid
and ask.

usage: w1_hummingbot.py FRAMES.jsonl     (needs an importable hummingbot: HUMMINGBOT_PATH)
"""

import json
import sys

import hummingbot_book
import timing


def apply(books: hummingbot_book.Books, frame: bytes):
    book = books.apply(json.loads(frame))
    book.get_price(False), book.get_price(True)
    return book


timing.time_books(
    "hummingbot",
    "binance_perpetual parse + OrderBook.apply_diffs",
    hummingbot_book.VERSION,
    sys.argv[1],
    hummingbot_book.Books,
    apply,
    hummingbot_book.best,
)
