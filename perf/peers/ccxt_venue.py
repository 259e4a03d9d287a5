"""ccxt.pro's binanceusdm without a network: markets set by hand, and a client that keeps what a message
resolves to."""

from typing import Any

import ccxt.pro


def market(venue: Any, symbol: str) -> dict:
    base = symbol[:-4]
    return venue.safe_market_structure(
        {
            "id": symbol,
            "symbol": f"{base}/USDT:USDT",
            "base": base,
            "quote": "USDT",
            "settle": "USDT",
            "baseId": base,
            "quoteId": "USDT",
            "settleId": "USDT",
            "type": "swap",
            "swap": True,
            "spot": False,
            "contract": True,
            "linear": True,
            "inverse": False,
            "subType": "linear",
            "active": True,
            "contractSize": 1.0,
            "precision": {"price": 0.1, "amount": 0.001},
            "limits": {},
            "info": {},
        }
    )


def venue_with(symbols: list[str]) -> Any:
    venue = ccxt.pro.binanceusdm({"enableRateLimit": False})
    venue.set_markets([market(venue, symbol) for symbol in symbols])
    return venue


def book_from(venue: Any, symbol: str, data: dict) -> Any:
    """What ccxt makes of a REST snapshot."""
    book = venue.order_book({}, None)
    book["symbol"] = symbol
    book.reset(
        {
            "bids": [[float(price), float(quantity)] for price, quantity in data["b"]],
            "asks": [[float(price), float(quantity)] for price, quantity in data["a"]],
            "nonce": data["u"],
            "timestamp": data["E"],
            "symbol": symbol,
        }
    )
    return book


class Client:
    url = "wss://fstream.binance.com/public/stream"
    subscriptions: dict = {}
    futures: dict = {}

    def resolve(self, result: Any, message_hash: str):
        self.last = result
        return result

    def reject(self, error: Exception, message_hash: str | None = None):
        raise error
