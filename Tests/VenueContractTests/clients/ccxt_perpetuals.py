#!/usr/bin/env python3
"""Drives the doubles of linear perpetuals with ccxt, a client that knows nothing of them.

For every venue: loads the markets, watches book and ticker, sets the leverage, rests and cancels, goes long, flips,
closes with a reduce-only order, and compares positions, balance and own trades with each other on the way.
Prints one line per step and a JSON summary; exits 1 when a step failed, 69 when a double did not start.

    python3 ccxt_perpetuals.py --arbsim .build/debug/arbsim [--venue okx-swap] [--seed 7]
"""
import argparse
import asyncio
import json
import sys

import ccxt.pro

from ccxt_walk import Double, Walk, origin

SYMBOL = "BTC/USDT:USDT"
VENUES = ["okx-swap", "bybit-linear"]
LEVERAGE = 5


def client(venue, ready):
    rest = origin(ready["rest"]).replace("127.0.0.1", "localhost")
    public = origin(ready["public_ws"])
    settings = {
        "apiKey": ready["api_key"], "secret": ready["secret"], "password": ready.get("passphrase") or None,
        "cafile": ready["ca"], "verify": True, "options": {"defaultType": "swap"},
    }
    if venue == "okx-swap":
        settings["options"]["fetchMarkets"] = {"types": ["swap"]}
        exchange = ccxt.pro.okx(settings)
        exchange.urls["api"].update({"rest": rest, "ws": public + "/ws/v5"})
        exchange.has["fetchCurrencies"] = False
    else:
        settings["options"]["fetchMarkets"] = {"types": ["linear"]}
        settings["options"].update({"fetchCurrencies": False, "enableUnifiedMargin": False, "enableUnifiedAccount": True})
        exchange = ccxt.pro.bybit(settings)
        exchange.has["fetchCurrencies"] = False
        exchange.urls["api"].update({"public": rest, "private": rest})
        exchange.urls["api"]["ws"]["public"]["linear"] = public + "/v5/public/linear"
    return exchange


class PerpetualWalk(Walk):
    """The same steps at every venue; amounts are in ccxt's contracts."""

    def __init__(self, venue, exchange):
        # The steps it shares with spot tell Bybit by this name.
        super().__init__("bybit" if venue == "bybit-linear" else venue, exchange)
        self.name = venue

    async def load_markets(self):
        markets = await self.exchange.load_markets()
        market = markets[SYMBOL]
        self.check(market["swap"] and market["linear"] and market["active"], f"{SYMBOL} is no linear swap")
        self.check(market["settle"] == "USDT", f"settled in {market['settle']}")
        self.size = market["contractSize"]
        return f"{len(markets)} markets, a contract is {self.size} BTC, lot {market['precision']['amount']}"

    async def watch_book(self):
        for _ in range(8):
            book = await self.exchange.watch_order_book(SYMBOL)
            bids, asks = book["bids"], book["asks"]
            self.check(bids and asks and bids[0][0] < asks[0][0], "crossed or empty")
        self.best_bid, self.best_ask = bids[0][0], asks[0][0]
        return f"{len(bids)}x{len(asks)} levels, {self.best_bid} / {self.best_ask}"

    async def watch_ticker(self):
        for _ in range(3):
            ticker = await self.exchange.watch_ticker(SYMBOL)
        self.check(abs(ticker["last"] / self.best_bid - 1) < 0.05, f"last {ticker['last']}")
        return f"last {ticker['last']}, mark {ticker.get('markPrice')}"

    async def funding_rate(self):
        rate = await self.exchange.fetch_funding_rate(SYMBOL)
        due = rate["fundingTimestamp"] or rate["nextFundingTimestamp"]
        self.check(abs(rate["fundingRate"]) <= 0.0075 and due % 28_800_000 == 0, str(rate))
        return f"{rate['fundingRate']} at {due}, mark {rate.get('markPrice')}"

    async def leverage(self):
        await self.exchange.set_leverage(LEVERAGE, SYMBOL, {"mgnMode": "cross"})
        return str(LEVERAGE)

    def contracts(self, base):
        return float(self.exchange.amount_to_precision(SYMBOL, base / self.size))

    async def send(self, side, base, price, **params):
        price = float(self.exchange.price_to_precision(SYMBOL, price))
        if self.venue == "okx-swap":
            params["tdMode"] = "cross"
        return await self.exchange.create_order(SYMBOL, "limit", side, self.contracts(base), price, params)

    async def order(self, order_id):
        params = {"acknowledged": True} if self.venue == "bybit" else {}
        return await self.exchange.fetch_order(order_id, SYMBOL, params)

    async def rest_and_cancel(self):
        order = await self.send("buy", 0.01, self.best_bid * 0.95, postOnly=True)
        await self.until(order["id"], "open")
        self.check(order["id"] in [o["id"] for o in await self.exchange.fetch_open_orders(SYMBOL)], "not open")
        await self.exchange.cancel_order(order["id"], SYMBOL)
        await self.until(order["id"], "canceled")
        return "rested, canceled"

    async def position(self):
        found = [p for p in await self.exchange.fetch_positions([SYMBOL]) if p["contracts"]]
        self.check(len(found) <= 1, str(found))
        if not found:
            return 0.0, None
        sign = 1 if found[0]["side"] == "long" else -1
        return round(sign * found[0]["contracts"] * self.size, 8), found[0]

    async def trade(self, side, base, expected, **params):
        price = self.best_ask * 1.05 if side == "buy" else self.best_bid * 0.95
        order = await self.send(side, base, price, timeInForce="IOC", **params)
        order = await self.until(order["id"], "closed")
        self.check(abs(order["filled"] - order["amount"]) < 1e-9, f"filled {order['filled']}")
        size, position = await self.position()
        self.check(abs(size - expected) < 1e-9, f"position {size}, not {expected}")
        if position:
            self.check(abs(position["entryPrice"] / price - 1) < 0.11, f"entry {position['entryPrice']}")
            self.check(position["leverage"] == LEVERAGE, f"leverage {position['leverage']}")
        return f"{order['filled']} at {order['average']}; position {size}"

    async def nothing_to_reduce(self):
        try:
            await self.send("sell", 0.01, self.best_ask * 1.01, reduceOnly=True)
        except ccxt.pro.ExchangeError as refusal:
            return type(refusal).__name__
        raise AssertionError("a reduce-only order without a position was accepted")

    async def balance(self):
        balance = await self.exchange.fetch_balance()
        trades = await self.exchange.fetch_my_trades(SYMBOL)
        fees = sum(float(t["fee"]["cost"]) for t in trades)
        self.check(all(t["fee"]["currency"] == "USDT" for t in trades), "a fee in another currency")
        flows = sum(t["amount"] * self.size * t["price"] * (1 if t["side"] == "sell" else -1) for t in trades)
        total = balance["USDT"]["total"]
        self.check(abs(total - (400_000 + flows - fees)) < 1e-4, f"{total} USDT, trades say {400_000 + flows - fees}")
        return f"{total} USDT after {len(trades)} trades and {fees:.4f} USDT of fees"

    async def insufficient(self):
        try:
            await self.send("buy", 900, self.best_bid * 0.99)
        except ccxt.pro.InsufficientFunds as refusal:
            return type(refusal).__name__
        raise AssertionError("an order beyond the margin was accepted")

    async def run(self):
        steps = [
            ("load_markets", self.load_markets), ("watch_book", self.watch_book), ("watch_ticker", self.watch_ticker),
            ("funding_rate", self.funding_rate), ("leverage", self.leverage), ("rest", self.rest_and_cancel),
            ("no_position", self.nothing_to_reduce), ("long", lambda: self.trade("buy", 0.05, 0.05)),
            ("flip", lambda: self.trade("sell", 0.08, -0.03)),
            ("close", lambda: self.trade("buy", 0.03, 0.0, reduceOnly=True)), ("balance", self.balance),
            ("insufficient", self.insufficient),
        ]
        for name, action in steps:
            if not await self.step(name, action()):
                return


async def walk_venue(arbsim, venue, seed):
    double = Double(arbsim, venue, seed)
    exchange = client(venue, double.ready)
    walk = PerpetualWalk(venue, exchange)
    try:
        await walk.run()
    finally:
        await exchange.close()
        code = double.stop()
    walk.steps.append({"step": "stop", "ok": code == 0, "detail": f"exit {code}"})
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
            print(json.dumps({"client": summary["client"], "ok": False, "error": str(fault)}))
            return 69
        summary["venues"].append({"venue": venue, "ok": all(s["ok"] for s in steps), "steps": steps})
    summary["ok"] = all(v["ok"] for v in summary["venues"])
    print(json.dumps(summary))
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
