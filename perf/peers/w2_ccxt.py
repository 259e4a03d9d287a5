#!/usr/bin/env python3
"""W2, ccxt.pro's messages and books with the rules in plain Python: what a bot written on it pays, without
its event loop.

usage: w2_ccxt.py W2.txt
"""

import asyncio
import sys

import ccxt
import orjson

import ccxt_venue
import w2_rules

SYMBOL = "BTC/USDT:USDT"


async def main():
    venue = ccxt_venue.venue_with(["BTCUSDT"])

    def build() -> tuple[w2_rules.Sent, w2_rules.Step]:
        sent: w2_rules.Sent = []

        def send(at, side, price, lots, time_ms, number):
            message = w2_rules.order_message(
                at, side, f"{price:.1f}", w2_rules.lots_text(lots), time_ms, number
            )
            sent.append((at, orjson.dumps(message)))

        rules, client, books = w2_rules.Arbitrage(send), ccxt_venue.Client(), [{}, {}]

        def step(at: int, frame: bytes) -> bool:
            message = orjson.loads(frame)
            venue.orderbooks = books[at]
            if not books[at]:
                book = books[at][SYMBOL] = ccxt_venue.book_from(venue, SYMBOL, message["data"])
            else:
                venue.handle_message(client, message)
                book = client.last
            bid, ask = book["bids"][0], book["asks"][0]
            return rules.book_changed(at, bid[0], bid[1], ask[0], ask[1], message["data"]["E"])

        return sent, step

    rows = w2_rules.load(sys.argv[1])
    variant = "pro binanceusdm.handle_message, rules in Python"
    w2_rules.time_ticks("ccxt", variant, ccxt.__version__, rows, build)
    await venue.close()


asyncio.run(main())
