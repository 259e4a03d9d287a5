#!/usr/bin/env python3
"""W5, hftbacktest (Rust behind numba) on the same levels.

usage: w5_hftbacktest.py FRAMES.jsonl roi|hash feed|orders [repeat=10]
  roi, hash   its two books: a vector over a range of prices, a hash map
  feed        wait_next_feed: a step a frame, best bid and ask read every time
  orders      and an IOC limit order at the touch every hundredth frame

Rows have an exchange's and a local time, 1 ms apart; the frames are repeated to make the run longer.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    DEPTH_SNAPSHOT_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.order import IOC, LIMIT
from hftbacktest.types import event_dtype
from numba import njit

LATENCY_NS = 1_000_000


def load(path: str) -> tuple[numpy.ndarray, int]:
    """The rows, and how many frames they are."""
    rows, frames = [], 0
    for line in open(path, "rb"):
        data = json.loads(line)["data"]
        time_ns = data["E"] * 1_000_000
        kind = (DEPTH_EVENT if frames else DEPTH_SNAPSHOT_EVENT) | EXCH_EVENT | LOCAL_EVENT
        for side, levels in ((BUY_EVENT, data["b"]), (SELL_EVENT, data["a"])):
            for price, quantity in levels:
                rows.append(
                    (kind | side, time_ns, time_ns + LATENCY_NS, float(price), float(quantity), 0, 0, 0.0)
                )
        frames += 1
    return numpy.array(rows, dtype=event_dtype), frames


def repeated(rows: numpy.ndarray, times: int) -> numpy.ndarray:
    span = rows["exch_ts"][-1] - rows["exch_ts"][0] + 1_000_000_000
    parts = []
    for number in range(times):
        part = rows.copy()
        part["exch_ts"] += number * span
        part["local_ts"] += number * span
        parts.append(part)
    return numpy.concatenate(parts)


@njit
def feed(backtest):
    steps, spreads = 0, 0.0
    while backtest.wait_next_feed(False, 10_000_000_000) != 1:
        steps += 1
        depth = backtest.depth(0)
        spreads += depth.best_ask - depth.best_bid
    return steps, spreads, 0


@njit
def orders(backtest):
    steps, spreads, sent = 0, 0.0, 0
    while backtest.wait_next_feed(False, 10_000_000_000) != 1:
        steps += 1
        depth = backtest.depth(0)
        spreads += depth.best_ask - depth.best_bid
        if steps % 100 == 0:
            backtest.clear_inactive_orders(0)
            sent += 1
            if sent & 1:
                backtest.submit_buy_order(0, sent, depth.best_ask, 0.001, IOC, LIMIT, False)
            else:
                backtest.submit_sell_order(0, sent, depth.best_bid, 0.001, IOC, LIMIT, False)
    return steps, spreads, sent


def backtest_of(rows: numpy.ndarray, book: str):
    asset = (
        BacktestAsset()
        .data([rows])
        .linear_asset(1.0)
        .constant_order_latency(LATENCY_NS, LATENCY_NS)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0004)
        .tick_size(0.1)
        .lot_size(0.001)
    )
    if book == "hash":
        return HashMapMarketDepthBacktest([asset])
    return ROIVectorMarketDepthBacktest([asset.roi_lb(50000.0).roi_ub(70000.0)])


path, book, variant = sys.argv[1:4]
repeat = int(sys.argv[4]) if len(sys.argv) > 4 else 10
rows, frames = load(path)
strategy = {"feed": feed, "orders": orders}[variant]
strategy(backtest_of(rows[:5000], book))  # compiles it
whole = repeated(rows, repeat)
backtest = backtest_of(whole, book)
began = time.perf_counter_ns()
steps, spreads, sent = strategy(backtest)
elapsed = time.perf_counter_ns() - began
figures = {
    "workload": "W5",
    "peer": "hftbacktest",
    "version": version("hftbacktest"),
    "variant": f"{book} {variant}",
    "frames": frames * repeat,
    "deltas": len(whole),
    "steps": steps,
    "orders": sent,
    "deltas_per_s": round(len(whole) * 1e9 / elapsed),
    "frames_per_s": round(frames * repeat * 1e9 / elapsed),
    "ns_per_delta": round(elapsed / len(whole), 1),
    "acc": round(spreads, 1),
}
print(json.dumps(figures))
