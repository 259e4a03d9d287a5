#!/usr/bin/env python3
"""W2, NautilusTrader's live TradingNode on uvloop, its queues included.

usage: w2_nautilus_live.py W2.txt [burst]

A tick: what the Binance adapter does with a frame -> data engine -> book in the cache -> message bus ->
strategy -> rules -> risk engine -> execution engine -> client -> order_submitted -> JSON bytes. Latency with
one frame in flight and the loop kept spinning, which is its best case; throughput (`burst`, in a process of
its own) with 64 frames at a time.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys

from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.config import (
    LiveDataClientConfig,
    LiveDataEngineConfig,
    LiveExecClientConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.data_client import LiveMarketDataClient
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import AccountId, ClientId, TraderId, Venue

import nautilus_arbitrage as shared
import w2_rules
from nautilus_instrument import perpetual
from timing import clock

connected: dict[int, "Data"] = {}
progress = shared.Progress()


class Data(LiveMarketDataClient):
    async def _connect(self):
        which = shared.VENUES.index(self.venue)
        self._handle_data(perpetual(shared.INSTRUMENTS[which]))
        connected[which] = self

    async def _disconnect(self):
        pass

    async def _subscribe_order_book_deltas(self, command):
        pass

    async def _unsubscribe_order_book_deltas(self, command):
        pass

    def receive(self, venue: int, frame: bytes):
        self._handle_data(shared.deltas(venue, frame))


class Execution(LiveExecutionClient):
    async def _connect(self):
        shared.report_balance(self, self._clock)

    async def _disconnect(self):
        pass

    async def _submit_order(self, command):
        order = command.order
        self.generate_order_submitted(
            strategy_id=order.strategy_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            ts_event=self._clock.timestamp_ns(),
        )
        progress.send(order)

    async def generate_order_status_report(self, command):
        return None

    async def generate_order_status_reports(self, command):
        return []

    async def generate_fill_reports(self, command):
        return []

    async def generate_position_status_reports(self, command):
        return []


class DataFactory(LiveDataClientFactory):
    @staticmethod
    def create(loop, name, config, msgbus, cache, clock):
        return Data(
            loop=loop,
            client_id=ClientId(name),
            venue=Venue(name),
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=InstrumentProvider(),
        )


class ExecutionFactory(LiveExecClientFactory):
    @staticmethod
    def create(loop, name, config, msgbus, cache, clock):
        client = Execution(
            loop=loop,
            client_id=ClientId(name),
            venue=Venue(name),
            oms_type=OmsType.NETTING,
            account_type=AccountType.MARGIN,
            base_currency=None,
            instrument_provider=InstrumentProvider(),
            msgbus=msgbus,
            cache=cache,
            clock=clock,
        )
        client._set_account_id(AccountId(f"{name}-1"))
        return client


def built_node() -> TradingNode:
    names = [venue.value for venue in shared.VENUES]
    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level="ERROR"),
        data_engine=LiveDataEngineConfig(qsize=1_000_000),
        risk_engine=LiveRiskEngineConfig(max_order_submit_rate=shared.WITHOUT_RATE_LIMIT),
        exec_engine=LiveExecEngineConfig(reconciliation=False, inflight_check_interval_ms=0),
        data_clients={name: LiveDataClientConfig() for name in names},
        exec_clients={name: LiveExecClientConfig() for name in names},
        timeout_connection=10.0,
        timeout_disconnection=1.0,
        timeout_post_stop=0.1,
    )
    node = TradingNode(config=config)
    for name in names:
        node.add_data_client_factory(name, DataFactory)
        node.add_exec_client_factory(name, ExecutionFactory)
    return node


async def one_at_a_time(body: list) -> tuple[list, list]:
    all_, with_orders = [], []
    for venue, frame in body:
        progress.done = progress.ordered = False
        began = clock()
        connected[venue].receive(venue, frame)
        while not progress.done:
            await asyncio.sleep(0)
        all_.append(progress.ended - began)
        if progress.ordered:
            with_orders.append(progress.ended - began)
    return all_, with_orders


async def in_bursts(body: list) -> float:
    """Nanoseconds a tick."""
    began = clock()
    for number, (venue, frame) in enumerate(body, 1):
        connected[venue].receive(venue, frame)
        if number % 64 == 0:  # as a socket's reader would: let the engines drain
            await asyncio.sleep(0)
    while progress.frames < len(body) + 2 or len(progress.sent) < progress.asked:
        await asyncio.sleep(0)
    return (clock() - began) / len(body)


def run(rows: list, way):
    node, strategy = built_node(), shared.Arbitrageur(progress)
    node.trader.add_strategy(strategy)
    node.build()

    async def drive():
        while not (strategy.is_running and len(connected) == 2):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        for venue, frame in rows[:2]:
            connected[venue].receive(venue, frame)
        while progress.frames < 2:
            await asyncio.sleep(0)
        gc.collect()
        result = await way(rows[2:])
        await node.stop_async()
        return result

    async def both():
        driving = asyncio.get_running_loop().create_task(drive())
        await node.run_async()
        return await driving

    return node.get_event_loop().run_until_complete(both())


def burst_in_a_process(path: str) -> float:
    command = [sys.executable, __file__, path, "burst"]
    output = subprocess.run(command, capture_output=True, text=True, timeout=300)
    lines = [line for line in output.stdout.splitlines() if line.startswith('{"ns_per_tick"')]
    if not lines:
        sys.exit(f"burst: {output.stderr[-300:]}")
    figures = json.loads(lines[0])
    if figures["orders_crc"] != w2_rules.checksum(progress.sent):
        sys.exit(f"burst: other orders: {figures['orders_crc']}")
    return figures["ns_per_tick"]


rows = w2_rules.load(sys.argv[1])
if len(sys.argv) > 2:
    ns_per_tick = run(rows, in_bursts)
    print(
        json.dumps({"ns_per_tick": ns_per_tick, "orders_crc": w2_rules.checksum(progress.sent)}), flush=True
    )
else:
    samples = run(rows, one_at_a_time)
    ns_per_tick = burst_in_a_process(sys.argv[1])
    w2_rules.report(
        "nautilus_trader",
        "live TradingNode (uvloop)",
        shared.VERSION,
        len(rows) - 2,
        progress.sent,
        ns_per_tick,
        *samples,
    )
os._exit(0)  # the node's threads would keep the process
