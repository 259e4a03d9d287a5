#!/usr/bin/env python3
"""W3, how NautilusTrader persists an order: CacheDatabaseAdapter.add_order hands it to a background task that
writes to Redis. Reports the time of the call, after which nothing is durable, and the time until another
client can read the key.

usage: w3_nautilus.py REDIS_PORT POLICY [orders=1000]     (w3_redis starts the server)
"""

import json
import os
import socket
import sys
import time

import msgspec
import nautilus_trader
from nautilus_trader.cache.config import CacheConfig
from nautilus_trader.cache.database import CacheDatabaseAdapter
from nautilus_trader.common.component import LiveClock
from nautilus_trader.common.config import DatabaseConfig
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import InstrumentId, StrategyId, TraderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from timing import clock, percentiles

PATIENCE_NS = 200_000_000

port, policy = int(sys.argv[1]), sys.argv[2]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
trader, instrument = TraderId("TESTER-001"), InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
store = CacheDatabaseAdapter(
    trader_id=trader,
    instance_id=UUID4(),
    serializer=MsgSpecSerializer(encoding=msgspec.msgpack),
    config=CacheConfig(
        database=DatabaseConfig(type="redis", host="127.0.0.1", port=port), encoding="msgpack"
    ),
)
factory = OrderFactory(trader_id=trader, strategy_id=StrategyId("S-1"), clock=LiveClock())
reader = socket.create_connection(("127.0.0.1", port))
reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def order():
    return factory.limit(instrument, OrderSide.BUY, Quantity.from_str("0.123"), Price.from_str("60000.10"))


def exists(key: bytes) -> bool:
    reader.sendall(b"*2\r\n$6\r\nEXISTS\r\n$%d\r\n%s\r\n" % (len(key), key))
    return reader.recv(64).startswith(b":1")


for _ in range(20):
    store.add_order(order())
time.sleep(0.3)  # the warm-up's writes are through
calls, visible = [], []
for _ in range(count):
    new = order()
    key = f"trader-{trader.value}:orders:{new.client_order_id.value}".encode()
    began = clock()
    store.add_order(new)
    calls.append(clock() - began)
    while clock() < began + PATIENCE_NS:
        if exists(key):
            visible.append(clock() - began)
            break
figures = {
    "workload": "W3",
    "peer": "nautilus_trader",
    "version": nautilus_trader.__version__,
    "variant": f"CacheDatabaseAdapter.add_order -> Redis aof-{policy}",
    "records": count,
    "seen": len(visible),
    **percentiles(calls, "call_", "us", 1e3),
    **percentiles(visible, "visible_", "us", 1e3),
}
print(json.dumps(figures), flush=True)
os._exit(0)  # the adapter's threads would keep the process
