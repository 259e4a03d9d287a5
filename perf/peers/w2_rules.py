"""The rules of W2 for the Python peers: the same as floor/arbitrage.hpp, in the same arithmetic, with the
same order bytes."""

import gc
import json
import zlib
from typing import Callable

from timing import clock, percentiles

Send = Callable[
    [int, str, float, int, int, int], None
]  # venue, side, price, lots, time in ms, number of the pair
Step = Callable[[int, bytes], bool]  # venue, frame; True when orders were written
Sent = list[tuple[int, bytes]]

FEES = (0.00017, 0.00015)
MINIMUM_EDGE, MAXIMUM_CLIP, LOT = 0.00001, 0.5, 0.001
MINIMUM_NOTIONAL, MAXIMUM_NOTIONAL, MAXIMUM_POSITION = 5.0, 50000.0, 20.0
COLLAR, EQUITY, LEVERAGE, STALE_MS = 0.005, 1e6, 10.0, 2000
ORDERS_PER_SECOND, BURST = 20.0, 20.0


def load(path: str) -> list[tuple[int, bytes]]:
    """Frames with their venue, 0 or 1; the first two are the snapshots."""
    lines = (line.rstrip(b"\n") for line in open(path, "rb"))
    return [(0 if line[:1] == b"A" else 1, line[2:]) for line in lines if line]


def order_message(venue: int, side: str, price: str, lots: str, time_ms: int, number: int) -> dict:
    return {
        "id": str(number),
        "method": "order.place",
        "params": {
            "symbol": "BTCUSDT",
            "side": side,
            "type": "LIMIT",
            "timeInForce": "IOC",
            "price": price,
            "quantity": lots,
            "newClientOrderId": f"{'ab'[venue]}-{number:010d}",
            "timestamp": time_ms,
        },
    }


def lots_text(lots: int) -> str:
    return f"{lots // 1000}.{lots % 1000:03d}"


class Arbitrage:
    def __init__(self, send: Send):
        self.send, self.killed = send, False
        self.bid, self.bid_quantity = [0.0, 0.0], [0.0, 0.0]
        self.ask, self.ask_quantity = [0.0, 0.0], [0.0, 0.0]
        self.event_ms, self.token_ms = [0, 0], [0, 0]
        self.average, self.position, self.tokens = [0.0, 0.0], [0.0, 0.0], [BURST, BURST]
        self.pairs = self.opportunities = self.rejects = 0

    def book_changed(
        self, venue: int, bid: float, bid_quantity: float, ask: float, ask_quantity: float, now_ms: int
    ) -> bool:
        """True when a pair of orders was sent."""
        self.bid[venue], self.bid_quantity[venue] = bid, bid_quantity
        self.ask[venue], self.ask_quantity[venue] = ask, ask_quantity
        self.event_ms[venue] = now_ms
        middle, average = (bid + ask) * 0.5, self.average[venue]
        self.average[venue] = middle if average == 0.0 else average + 0.05 * (middle - average)
        if not self.bid[0] or not self.bid[1]:
            return False
        for buy in (0, 1):
            sell = 1 - buy
            ask, bid = self.ask[buy], self.bid[sell]
            if bid * (1 - FEES[sell]) - ask * (1 + FEES[buy]) > MINIMUM_EDGE * ask:
                self.opportunities += 1
                return self._take(buy, sell, ask, bid, now_ms)
        return False

    def _take(self, buy: int, sell: int, ask: float, bid: float, now_ms: int) -> bool:
        quantity = min(self.ask_quantity[buy], self.bid_quantity[sell], MAXIMUM_CLIP)
        lots = int(quantity / LOT + 1e-9)
        quantity = lots * LOT
        if not self._allowed(buy, sell, ask, bid, quantity, now_ms) or not self._within_rate(now_ms):
            self.rejects += 1
            return False
        self.tokens[0] -= 1
        self.tokens[1] -= 1
        self.pairs += 1
        self.send(buy, "BUY", ask, lots, now_ms, self.pairs)
        self.send(sell, "SELL", bid, lots, now_ms, self.pairs)
        self.position[buy] += quantity
        self.position[sell] -= quantity
        return True

    def _allowed(self, buy: int, sell: int, ask: float, bid: float, quantity: float, now_ms: int) -> bool:
        bought, sold = abs(self.position[buy] + quantity), abs(self.position[sell] - quantity)
        return (
            not self.killed
            and quantity > 0
            and MINIMUM_NOTIONAL <= quantity * ask <= MAXIMUM_NOTIONAL
            and bought <= MAXIMUM_POSITION
            and sold <= MAXIMUM_POSITION
            and abs(ask - self.average[buy]) <= COLLAR * self.average[buy]
            and abs(bid - self.average[sell]) <= COLLAR * self.average[sell]
            and now_ms - self.event_ms[buy] <= STALE_MS
            and now_ms - self.event_ms[sell] <= STALE_MS
            and (bought * ask + sold * bid) / LEVERAGE <= EQUITY
        )

    def _within_rate(self, now_ms: int) -> bool:
        enough = True
        for venue in (0, 1):
            refill = (now_ms - self.token_ms[venue]) * ORDERS_PER_SECOND / 1000
            self.tokens[venue] = min(BURST, self.tokens[venue] + refill)
            self.token_ms[venue] = now_ms
            if self.tokens[venue] < 1:
                enough = False
        return enough


def checksum(sent: Sent) -> str:
    """CRC-32 of the order bytes, venue A before venue B in each pair, as the floor prints them."""
    crc = 0
    for start in range(0, len(sent), 2):
        for _, message in sorted(sent[start : start + 2], key=lambda order: order[0]):
            crc = zlib.crc32(message, crc)
    return f"{crc:08x}"


def report(
    peer: str, variant: str, version: str, ticks: int, sent: Sent, ns: float, all_: list, with_orders: list
):
    figures = {
        "workload": "W2",
        "peer": peer,
        "variant": variant,
        "version": version,
        "ticks": ticks,
        "orders": len(sent),
        "ns_per_tick": round(ns, 1),
        "ticks_per_s": round(1e9 / ns),
        **percentiles(all_),
        **percentiles(with_orders, "order_"),
        "orders_crc": checksum(sent),
    }
    print(json.dumps(figures), flush=True)


def time_ticks(
    peer: str,
    variant: str,
    version: str,
    rows: list,
    build: Callable[[], tuple[Sent, Step]],
    passes: int = 3,
    latency_passes: int = 2,
):
    """`build` answers with the list orders are put into and the step that takes a frame."""
    body = rows[2:]

    def fresh() -> tuple[Sent, Step]:
        sent, step = build()
        for venue, frame in rows[:2]:
            step(venue, frame)
        gc.collect()
        return sent, step

    sent, step = fresh()
    for venue, frame in body:  # the proof, and the warm-up
        step(venue, frame)
    durations = []
    for _ in range(passes):
        _, step = fresh()
        began = clock()
        for venue, frame in body:
            step(venue, frame)
        durations.append((clock() - began) / len(body))
    all_, with_orders = [], []
    for _ in range(latency_passes):
        _, step = fresh()
        for venue, frame in body:
            began = clock()
            ordered = step(venue, frame)
            duration = clock() - began
            all_.append(duration)
            if ordered:
                with_orders.append(duration)
    report(peer, variant, version, len(body), sent, sorted(durations)[len(durations) // 2], all_, with_orders)
