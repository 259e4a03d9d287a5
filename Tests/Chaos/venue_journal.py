"""What a venue double saw, read from its journal: `arbsim serve --data DIR` keeps `DIR/<venue>.journal`.

One record a line, tab-separated, times in nanoseconds since 1970, prices and quantities in 10^-8
(Sources/SimulatedWorld/Exchange/AccountJournal.swift). The file survives a kill of the venue; a last line without its
newline is one whose answer never left.
"""
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Dict, List, Optional

import client_ids

EXACT = Context(prec=80)
SCALE = 8


@dataclass
class Fill:
    trade: int
    price: int
    quantity: int
    fee: Decimal
    fee_asset: str
    at: int


@dataclass
class Order:
    venue: str
    number: int
    symbol: str
    side: str
    quantity: int
    at: int
    client_text: str
    state: str = "open"
    fills: List[Fill] = field(default_factory=list)

    @property
    def client_id(self) -> Optional[client_ids.ClientID]:
        return client_ids.decode(self.client_text)

    @property
    def filled(self) -> int:
        return sum(fill.quantity for fill in self.fills)


class Unreadable(Exception):
    pass


class Journal:
    """One venue's journal, read further at every `refresh`."""

    def __init__(self, venue: str, path: str):
        self.venue = venue
        self.path = path
        self.orders: Dict[int, Order] = {}
        self.transfers: List[tuple] = []
        self._offset = 0

    def refresh(self):
        """Reads what was appended since; whole lines only. A journal cut short (a torn line, removed by the venue's
        restart) lost nothing that was read here."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self._offset)
                tail = file.read()
        except FileNotFoundError:
            return self
        whole = tail.rfind(b"\n") + 1
        self._offset += whole
        for line in tail[:whole].decode("utf-8").splitlines():
            if line:
                self._take(line.split("\t"))
        return self

    def _take(self, fields):
        kind = fields[0]
        if kind == "placed" and len(fields) == 12:
            order = Order(
                venue=self.venue, number=int(fields[1]), symbol=fields[3], side=fields[4], quantity=int(fields[8]),
                at=int(fields[10]), client_text=bytes.fromhex(fields[11]).decode("utf-8"))
            self.orders[order.number] = order
        elif kind == "executed" and len(fields) == 9:
            self.orders[int(fields[2])].fills.append(Fill(
                trade=int(fields[1]), price=int(fields[3]), quantity=int(fields[4]), fee=Decimal(fields[5]),
                fee_asset=fields[6], at=int(fields[8])))
        elif kind == "ended" and len(fields) == 5:
            self.orders[int(fields[1])].state = fields[2]
        elif kind == "transfer" and len(fields) == 4:
            self.transfers.append((fields[2], Decimal(fields[3])))
        else:
            raise Unreadable(f"{self.path}: {fields[0]} with {len(fields)} fields")

    @property
    def fill_count(self) -> int:
        return sum(len(order.fills) for order in self.orders.values())

    @property
    def open_count(self) -> int:
        return sum(order.state == "open" for order in self.orders.values())

    def balances(self, opening: Dict[str, Decimal]) -> Dict[str, Decimal]:
        """Opening plus everything in the journal, exact."""
        sums = {asset: Decimal(amount) for asset, amount in opening.items()}

        def add(asset, amount):
            sums[asset] = EXACT.add(sums.get(asset, Decimal(0)), amount)

        for asset, amount in self.transfers:
            add(asset, amount)
        for order in self.orders.values():
            base, quote = order.symbol.split("-")
            sign = 1 if order.side == "buy" else -1
            for fill in order.fills:
                add(base, sign * scaled(fill.quantity, SCALE))
                add(quote, -sign * scaled(fill.price * fill.quantity, 2 * SCALE))
                add(fill.fee_asset, -fill.fee)
        return sums


def scaled(raw: int, scale: int) -> Decimal:
    """Exact, whatever the size of `raw`: Decimal's operators would round to 28 digits."""
    return EXACT.scaleb(Decimal(raw), -scale)
