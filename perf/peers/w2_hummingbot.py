#!/usr/bin/env python3
"""W2, hummingbot's parser and books with the rules in plain Python: its arithmetic, without the clock it
really acts on (1 s by default, 0.1 s at least) and without its queues.

usage: w2_hummingbot.py W2.txt     (needs an importable hummingbot: HUMMINGBOT_PATH)
"""

import json
import sys

import ujson

import hummingbot_book
import w2_rules


def build() -> tuple[w2_rules.Sent, w2_rules.Step]:
    sent: w2_rules.Sent = []

    def send(venue, side, price, lots, time_ms, number):
        message = w2_rules.order_message(
            venue, side, f"{price:.1f}", w2_rules.lots_text(lots), time_ms, number
        )
        sent.append((venue, ujson.dumps(message, escape_forward_slashes=False).encode()))

    rules = w2_rules.Arbitrage(send)
    books = [hummingbot_book.Books(), hummingbot_book.Books()]

    def step(venue: int, frame: bytes) -> bool:
        message = json.loads(frame)
        book = books[venue].apply(message)
        return rules.book_changed(venue, *hummingbot_book.best(book), message["data"]["E"])

    return sent, step


w2_rules.time_ticks(
    "hummingbot",
    "binance_perpetual parse + OrderBook, rules in Python (no clock, no queues)",
    hummingbot_book.VERSION,
    w2_rules.load(sys.argv[1]),
    build,
)
