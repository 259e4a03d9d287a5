"""hummingbot's own way from a decoded message to its order book, without the three queues between."""

import hummingbot
from hummingbot.connector.derivative.binance_perpetual.binance_perpetual_api_order_book_data_source import (
    BinancePerpetualAPIOrderBookDataSource,
)
from hummingbot.core.data_type.order_book import OrderBook

VERSION = open(hummingbot.__path__[0] + "/VERSION").read().strip()


class Connector:
    async def trading_pair_associated_to_exchange_symbol(self, symbol: str) -> str:
        return symbol[:-4] + "-USDT"


class Queue:
    def put_nowait(self, message):
        self.message = message


class Books:
    def __init__(self):
        source = BinancePerpetualAPIOrderBookDataSource.__new__(BinancePerpetualAPIOrderBookDataSource)
        source._connector = Connector()
        source._message_queue = {}
        source._last_update_id = {}
        self.source, self.queue, self.by_pair = source, Queue(), {}

    def apply(self, message: dict) -> OrderBook:
        try:
            self.source._parse_order_book_diff_message(message, self.queue).send(None)
        except StopIteration:  # it never waits
            pass
        parsed = self.queue.message
        book = self.by_pair.get(parsed.trading_pair)
        if book is None:
            book = self.by_pair[parsed.trading_pair] = OrderBook()
            book.apply_snapshot(parsed.bids, parsed.asks, parsed.update_id)
            self.source._last_update_id.clear()  # the chain begins with the first diff, as after REST
        else:
            book.apply_diffs(parsed.bids, parsed.asks, parsed.update_id)
        return book


def best(book: OrderBook) -> tuple:
    bid, ask = next(book.bid_entries()), next(book.ask_entries())
    return bid.price, bid.amount, ask.price, ask.amount
