#!/usr/bin/env python3
"""W3, how hummingbot persists an order, after it was sent: MarketsRecorder._did_create_order opens an
SQLAlchemy session, adds Order and OrderStatus and commits, on the engine of SQLConnectionManager (rollback
journal, synchronous=FULL).

usage: w3_hummingbot.py DIRECTORY [orders=300]     (needs an importable hummingbot: HUMMINGBOT_PATH)
"""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import hummingbot.model.market_state  # noqa: F401  the models refer to each other by name
import hummingbot.model.trade_fill  # noqa: F401
from hummingbot.model import get_declarative_base
from hummingbot.model.order import Order
from hummingbot.model.order_status import OrderStatus
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from timing import clock, percentiles

file = Path(sys.argv[1]) / "w3_hummingbot.sqlite"
count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
file.unlink(missing_ok=True)
engine = create_engine(f"sqlite:///{file}")
get_declarative_base().metadata.create_all(engine)
make_session = sessionmaker(bind=engine)


def record(number: int):
    now = int(time.time() * 1e3)
    with make_session() as session, session.begin():
        order = Order(
            id=f"a-{number:010d}",
            config_file_path="conf.yml",
            strategy="xemm",
            market="binance_perpetual",
            symbol="BTC-USDT",
            base_asset="BTC",
            quote_asset="USDT",
            creation_timestamp=now,
            order_type="LIMIT",
            amount=Decimal("0.123"),
            leverage=1,
            price=Decimal("60000.1"),
            position="NIL",
            last_status="BuyOrderCreated",
            last_update_timestamp=now,
            exchange_order_id=str(number),
        )
        session.add(order)
        session.add(OrderStatus(order=order, timestamp=now, status="BuyOrderCreated"))


samples = []
start = clock()
for number in range(count):
    began = clock()
    record(number)
    samples.append(clock() - began)
figures = {
    "workload": "W3",
    "peer": "hummingbot",
    "variant": "MarketsRecorder rows (SQLAlchemy + sqlite), after the order was sent",
    "records": count,
    "records_per_s": round(count * 1e9 / (clock() - start)),
    **percentiles(samples, unit="us", per_unit=1e3),
}
print(json.dumps(figures))
file.unlink()
