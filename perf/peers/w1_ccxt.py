#!/usr/bin/env python3
"""W1, ccxt with orjson.

usage: w1_ccxt.py FRAMES.jsonl full|classes
  full      as its client does: decode, then ccxt.pro's binanceusdm.handle_message
  classes   decode, then the order book classes alone: the cheapest way to use them
"""

import asyncio
import sys

import ccxt
import orjson
from ccxt.async_support.base.ws.order_book import OrderBook

import ccxt_venue
import timing


def best(book) -> tuple:
    return (*book["bids"][0][:2], *book["asks"][0][:2])


def classes(path: str):
    def apply(books: dict, frame: bytes) -> OrderBook:
        data = orjson.loads(frame)["data"]
        book = books.get(data["s"])
        if book is None:
            book = books[data["s"]] = OrderBook()
        side = book["bids"]
        for price, quantity in data["b"]:
            side.store(float(price), float(quantity))
        side = book["asks"]
        for price, quantity in data["a"]:
            side.store(float(price), float(quantity))
        book["bids"][0], book["asks"][0]
        return book

    timing.time_books("ccxt", "ws OrderBook classes + orjson", ccxt.__version__, path, dict, apply, best)


async def full(path: str):
    snapshots, _ = timing.load_frames(path)
    venue = ccxt_venue.venue_with([orjson.loads(frame)["data"]["s"] for frame in snapshots])
    client = ccxt_venue.Client()

    def empty() -> dict:
        venue.orderbooks = {}
        return {"snapshots": 0}

    def apply(state: dict, frame: bytes):
        message = orjson.loads(frame)
        if state["snapshots"] < len(snapshots):
            state["snapshots"] += 1
            symbol = venue.safe_market(message["data"]["s"], None, None, "swap")["symbol"]
            client.last = venue.orderbooks[symbol] = ccxt_venue.book_from(venue, symbol, message["data"])
            return client.last
        venue.handle_message(client, message)
        book = client.last
        book["bids"][0], book["asks"][0]
        return book

    variant = "pro binanceusdm.handle_message + orjson"
    timing.time_books("ccxt", variant, ccxt.__version__, path, empty, apply, best)
    await venue.close()


if sys.argv[2] == "classes":
    classes(sys.argv[1])
else:
    asyncio.run(full(sys.argv[1]))  # the venue is built inside a running loop, as ccxt insists
