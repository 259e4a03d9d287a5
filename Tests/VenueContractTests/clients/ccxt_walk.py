#!/usr/bin/env python3
"""Drives the venue doubles with ccxt, a client that knows nothing of them.

For every venue: starts `arbsim serve`, points ccxt at it (TLS is verified against the double's own CA), loads the
markets, watches the book, rests, queries and cancels an order, takes, and reads balance and own trades.
Prints one line per step and a JSON summary; exits 1 when a step failed, 69 when a double did not start.

    python3 ccxt_walk.py --arbsim .build/debug/arbsim [--venue okx] [--seed 7]
"""
import argparse
import asyncio
import json
import signal
import ssl
import subprocess
import sys
import threading
import time
from decimal import Decimal
from urllib.parse import urlsplit

import ccxt.pro

SYMBOL = "BTC/USDT"
VENUES = ["binance-spot", "okx", "bybit", "kraken"]
START_SECONDS = 60
STEP_SECONDS = 30


class Double:
    """A running `arbsim serve`."""

    def __init__(self, arbsim, venue, seed):
        command = [arbsim, "serve", "--venue", venue, "--port", "0", "--seed", str(seed)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(START_SECONDS)
        if not lines or not lines[0].strip():
            self.process.kill()
            raise RuntimeError(f"{venue}: no ready line within {START_SECONDS} s")
        self.ready = json.loads(lines[0])
        if self.ready.get("ready") is not True:
            raise RuntimeError(f"{venue}: not ready: {lines[0].strip()}")

    def stop(self):
        """Ends the double as an operator would; answers its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "killed after SIGTERM was ignored for 15 s"


def origin(url):
    """`scheme://host:port` of a URL: ccxt adds each venue's own paths."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def client(venue, ready):
    # Venues serve REST and streams from different hosts. Here both are one, and ccxt's connection pool would offer a
    # used REST connection for the stream: two names of this machine keep them apart.
    rest = origin(ready["rest"]).replace("127.0.0.1", "localhost")
    public = origin(ready["public_ws"])
    private = origin(ready["private_ws"])
    settings = {
        "apiKey": ready["api_key"],
        "secret": ready["secret"],
        "password": ready.get("passphrase") or None,
        "cafile": ready["ca"],
        "verify": True,
        "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}},
    }
    if venue == "binance-spot":
        # endpoints of other API families: wallet, margin
        settings["options"].update({"fetchCurrencies": False, "fetchMargins": False})
        exchange = ccxt.pro.binance(settings)
        exchange.urls["api"].update({"public": rest + "/api/v3", "private": rest + "/api/v3"})
        exchange.urls["api"]["ws"]["spot"] = public + "/ws"
        exchange.urls["api"]["ws"]["ws-api"]["spot"] = private + "/ws-api/v3"
    elif venue == "okx":
        exchange = ccxt.pro.okx(settings)
        exchange.urls["api"].update({"rest": rest, "ws": public + "/ws/v5"})
    elif venue == "bybit":
        settings["options"]["fetchCurrencies"] = False
        settings["options"].update({"enableUnifiedMargin": False, "enableUnifiedAccount": True})
        exchange = ccxt.pro.bybit(settings)
        exchange.has["fetchCurrencies"] = False  # the asset endpoints are no part of trading
        exchange.urls["api"].update({"public": rest, "private": rest})
        exchange.urls["api"]["ws"]["public"]["spot"] = public + "/v5/public/spot"
    else:
        exchange = ccxt.pro.kraken(settings)
        exchange.urls["api"].update({"public": rest, "private": rest})
        exchange.urls["api"]["ws"].update({"publicV2": public + "/v2", "privateV2": private + "/v2"})
    return exchange


class Walk:
    """The same steps at every venue."""

    def __init__(self, venue, exchange):
        self.venue = venue
        self.exchange = exchange
        self.steps = []

    def check(self, truth, message):
        if not truth:
            raise AssertionError(message)

    async def step(self, name, action):
        started = time.monotonic()
        try:
            detail = await asyncio.wait_for(action, STEP_SECONDS)
            ok = True
        except Exception as fault:  # every fault of any kind is this step's result
            detail, ok = f"{type(fault).__name__}: {fault}", False
        taken = round((time.monotonic() - started) * 1000, 1)
        self.steps.append({"step": name, "ok": ok, "ms": taken, "detail": str(detail)})
        print(f"{self.venue:13} {'ok  ' if ok else 'FAIL'} {name:12} {taken:8.1f} ms  {detail}", flush=True)
        return ok

    async def load_markets(self):
        markets = await self.exchange.load_markets()
        market = markets[SYMBOL]
        self.check(market["spot"] and market["active"], f"{SYMBOL} is not an active spot market")
        self.check(market["precision"]["price"] and market["precision"]["amount"], "no precision")
        return f"{len(markets)} markets, tick {market['precision']['price']}, lot {market['precision']['amount']}"

    async def watch_book(self):
        stamps = set()
        for _ in range(8):
            book = await self.exchange.watch_order_book(SYMBOL)
            bids, asks = book["bids"], book["asks"]
            self.check(bids and asks, "a side is empty")
            self.check(bids[0][0] < asks[0][0], f"crossed: {bids[0]} {asks[0]}")
            self.check(all(a[0] > b[0] for a, b in zip(bids, bids[1:])), "bids out of order")
            self.check(all(a[0] < b[0] for a, b in zip(asks, asks[1:])), "asks out of order")
            self.check(all(level[1] > 0 for level in bids + asks), "an empty level")
            stamps.add((bids[0][0], bids[0][1], asks[0][0], asks[0][1], len(bids), len(asks), book["nonce"],
                        str(bids), str(asks)))
        self.check(len(stamps) > 3, f"only {len(stamps)} different books in 8 updates")
        self.best_bid, self.best_ask = bids[0][0], asks[0][0]
        return f"8 updates, {len(bids)}x{len(asks)} levels, {self.best_bid} / {self.best_ask}"

    async def order(self, order_id):
        params = {"acknowledged": True} if self.venue == "bybit" else {}
        return await self.exchange.fetch_order(order_id, SYMBOL, params)

    async def until(self, order_id, status):
        """Asks until the venue says `status`: acknowledgement and effect may be apart."""
        for _ in range(40):
            order = await self.order(order_id)
            if order["status"] == status:
                return order
            await asyncio.sleep(0.1)
        raise AssertionError(f"{order_id} is {order['status']}, not {status}")

    async def place(self):
        price = float(self.exchange.price_to_precision(SYMBOL, self.best_bid * 0.97))
        amount = float(self.exchange.amount_to_precision(SYMBOL, 200 / price))
        order = await self.exchange.create_order(SYMBOL, "limit", "buy", amount, price, {"postOnly": True})
        self.check(order["id"], "no order id")
        self.resting, self.resting_amount, self.resting_price = order["id"], amount, price
        return f"buy {amount} at {price}: {order['id']}"

    async def query(self):
        order = await self.until(self.resting, "open")
        self.check(float(order["price"]) == self.resting_price, f"price {order['price']}")
        self.check(float(order["amount"]) == self.resting_amount, f"amount {order['amount']}")
        self.check(float(order["filled"] or 0) == 0, f"filled {order['filled']}")
        open_orders = await self.exchange.fetch_open_orders(SYMBOL)
        self.check(self.resting in [o["id"] for o in open_orders], "not among the open orders")
        balance = await self.exchange.fetch_balance()
        self.check(balance["USDT"]["free"] < balance["USDT"]["total"], f"nothing held: {balance['USDT']}")
        return f"open, {len(open_orders)} open orders, {balance['USDT']['used']} USDT held"

    async def cancel(self):
        await self.exchange.cancel_order(self.resting, SYMBOL)
        await self.until(self.resting, "canceled")
        open_orders = await self.exchange.fetch_open_orders(SYMBOL)
        self.check(self.resting not in [o["id"] for o in open_orders], "still open")
        return "canceled"

    async def cancel_again(self):
        try:
            await self.exchange.cancel_order(self.resting, SYMBOL)
        except ccxt.pro.ExchangeError as refusal:
            return type(refusal).__name__
        raise AssertionError("a second cancel was accepted")

    async def take(self):
        self.before = await self.exchange.fetch_balance()
        book = await self.exchange.watch_order_book(SYMBOL)
        price = float(self.exchange.price_to_precision(SYMBOL, book["asks"][0][0] * 1.01))
        self.taken = self.exchange.amount_to_precision(SYMBOL, 150 / price)
        order = await self.exchange.create_order(SYMBOL, "limit", "buy", float(self.taken), price)
        self.taker = order["id"]
        order = await self.until(self.taker, "closed")
        self.check(Decimal(str(order["filled"])) == Decimal(self.taken), f"filled {order['filled']}")
        return f"bought {order['filled']} at {order['average']}: {self.taker}"

    async def balance(self):
        after = await self.exchange.fetch_balance()
        bought = Decimal(str(after["BTC"]["total"])) - Decimal(str(self.before["BTC"]["total"]))
        paid = Decimal(str(self.before["USDT"]["total"])) - Decimal(str(after["USDT"]["total"]))
        self.check(abs(bought / Decimal(self.taken) - 1) < Decimal("0.005"), f"BTC rose by {bought}")
        self.check(paid > 0, f"USDT fell by {paid}")
        self.check(after["USDT"]["used"] == 0, f"still held: {after['USDT']['used']}")
        self.bought = bought
        return f"+{bought} BTC, -{paid} USDT"

    async def my_trades(self):
        trades = [t for t in await self.exchange.fetch_my_trades(SYMBOL) if t["order"] == self.taker]
        self.check(trades, "no trade of the order")
        amount = sum(Decimal(str(t["amount"])) for t in trades)
        self.check(amount == Decimal(self.taken), f"trades sum to {amount}")
        self.check(all(t["side"] == "buy" and t["takerOrMaker"] == "taker" for t in trades), "side or role")
        self.check(all(float(t["fee"]["cost"]) > 0 for t in trades), "no fee")
        base_fee = sum(Decimal(str(t["fee"]["cost"])) for t in trades if t["fee"]["currency"] == "BTC")
        self.check(abs(amount - base_fee - self.bought) < Decimal("1e-8"), f"fee {base_fee} against {self.bought}")
        return f"{len(trades)} trades, fees {[(t['fee']['cost'], t['fee']['currency']) for t in trades]}"

    async def insufficient(self):
        price = float(self.exchange.price_to_precision(SYMBOL, self.best_bid * 0.99))
        try:
            await self.exchange.create_order(SYMBOL, "limit", "buy", 20, price)
        except ccxt.pro.InsufficientFunds as refusal:
            return type(refusal).__name__
        raise AssertionError("an order beyond the balance was accepted")

    async def run(self):
        steps = [
            ("load_markets", self.load_markets), ("watch_book", self.watch_book), ("place", self.place),
            ("query", self.query), ("cancel", self.cancel), ("cancel_again", self.cancel_again), ("take", self.take),
            ("balance", self.balance), ("my_trades", self.my_trades), ("insufficient", self.insufficient),
        ]
        for name, action in steps:
            if not await self.step(name, action()):
                return


async def stranger_is_refused(walk, venue, ready):
    """Without the double's CA the connection must fail: TLS is verified on this client, not waved through."""
    exchange = client(venue, ready)
    exchange.cafile = ssl.get_default_verify_paths().cafile
    try:
        await exchange.fetch_time()
    except ccxt.pro.NetworkError as refusal:
        return type(refusal).__name__
    finally:
        await exchange.close()
    raise AssertionError("connected without knowing the CA")


async def walk_venue(arbsim, venue, seed):
    double = Double(arbsim, venue, seed)
    exchange = client(venue, double.ready)
    walk = Walk(venue, exchange)
    try:
        await walk.step("tls", stranger_is_refused(walk, venue, double.ready))
        await walk.run()
    finally:
        await exchange.close()
        code = double.stop()
    walk.steps.append({"step": "stop", "ok": code == 0, "detail": f"exit {code}"})
    print(f"{venue:13} {'ok  ' if code == 0 else 'FAIL'} stop         exit {code}", flush=True)
    return walk.steps


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arbsim", required=True, help="path of the arbsim executable")
    parser.add_argument("--venue", action="append", choices=VENUES, help="only this venue (repeatable)")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    summary = {"client": f"ccxt {ccxt.__version__}", "venues": []}
    for venue in arguments.venue or VENUES:
        try:
            steps = await walk_venue(arguments.arbsim, venue, arguments.seed)
        except (RuntimeError, OSError, ValueError) as fault:
            print(f"{venue:13} FAIL start        {fault}", flush=True)
            print(json.dumps({"client": summary["client"], "ok": False, "error": str(fault)}))
            return 69
        summary["venues"].append({"venue": venue, "ok": all(s["ok"] for s in steps), "steps": steps})
    summary["ok"] = all(v["ok"] for v in summary["venues"])
    print(json.dumps(summary))
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
