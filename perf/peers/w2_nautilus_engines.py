#!/usr/bin/env python3
"""W2, NautilusTrader's engines called one after the other without asyncio, as its backtest does: what its
live node cannot undercut.

usage: w2_nautilus_engines.py W2.txt whole|decoded
  decoded   the frames are decoded beforehand: what remains after any decoder, however fast
"""

import sys

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.data.client import MarketDataClient
from nautilus_trader.data.engine import DataEngine
from nautilus_trader.execution.client import ExecutionClient
from nautilus_trader.execution.engine import ExecutionEngine
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import AccountId, ClientId, TraderId
from nautilus_trader.portfolio.portfolio import Portfolio
from nautilus_trader.risk.config import RiskEngineConfig
from nautilus_trader.risk.engine import RiskEngine

import nautilus_arbitrage as shared
import w2_rules
from nautilus_instrument import perpetual


class Data(MarketDataClient):
    def subscribe_order_book_deltas(self, command):
        pass


class Execution(ExecutionClient):
    progress: shared.Progress

    def submit_order(self, command):
        order, now = command.order, self._clock.timestamp_ns()
        self.generate_order_submitted(order.strategy_id, order.instrument_id, order.client_order_id, now)
        self.progress.send(order)


def build(decode) -> tuple[w2_rules.Sent, w2_rules.Step]:
    clock, trader = LiveClock(), TraderId("T-1")
    bus, cache, progress = MessageBus(trader, clock), Cache(database=None), shared.Progress()
    common = {"msgbus": bus, "cache": cache, "clock": clock}
    portfolio = Portfolio(**common)
    data_engine, execution_engine = DataEngine(**common), ExecutionEngine(**common)
    risk = RiskEngineConfig(max_order_submit_rate=shared.WITHOUT_RATE_LIMIT)
    risk_engine = RiskEngine(portfolio=portfolio, config=risk, **common)
    for instrument, venue in zip(shared.INSTRUMENTS, shared.VENUES):
        cache.add_instrument(perpetual(instrument))
        data = Data(client_id=ClientId(venue.value), venue=venue, **common)
        data_engine.register_client(data)
        data._set_connected()
        execution = Execution(
            client_id=ClientId(venue.value),
            venue=venue,
            oms_type=OmsType.NETTING,
            account_type=AccountType.MARGIN,
            base_currency=None,
            **common,
        )
        execution.progress = progress
        execution._set_account_id(AccountId(f"{venue.value}-1"))
        execution_engine.register_client(execution)
        shared.report_balance(execution, clock)
        execution._set_connected()
    strategy = shared.Arbitrageur(progress)
    strategy.register(trader_id=trader, portfolio=portfolio, **common)
    for part in (data_engine, risk_engine, execution_engine, strategy):
        part.start()
    keep.append((risk_engine, execution_engine, strategy))

    def step(venue: int, frame) -> bool:
        progress.ordered = False
        data_engine.process(decode(venue, frame))
        return progress.ordered

    return progress.sent, step


keep: list = []  # the bus does not hold what it calls
rows = w2_rules.load(sys.argv[1])
decoded = sys.argv[2] == "decoded"
if decoded:
    rows = [(venue, shared.deltas(venue, frame)) for venue, frame in rows]
w2_rules.time_ticks(
    "nautilus_trader",
    "engines called synchronously" + (", decode excluded" if decoded else ""),
    shared.VERSION,
    rows,
    lambda: build((lambda venue, changes: changes) if decoded else shared.deltas),
    latency_passes=1,
)
