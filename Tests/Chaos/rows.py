"""Rows of the outbox, as far as the harness needs them: orders that were about to be sent, and starts.

Layout: Sources/Orders/OutboxRecord.swift. Little-endian integers, text behind its 16-bit length.
"""
from typing import NamedTuple, Optional, Union

import client_ids

STARTED, INTENDED, MODE, WARRANTED = 1, 3, 7, 14
HOLD = 2  # of the modes 0 NORMAL to 4 KILLED, the first that lets no new risk through
VERSIONS = (1, 2, 3, 4)  # later ones have more kinds, and more at the end of an order's row
OPEN, HEDGE = 0, 1  # the purpose that adds risk; all others reduce it
WARRANT_WINDOW_NS = 1_000_000_000


class Intended(NamedTuple):
    """An order as decided; times in nanoseconds of the node's clock."""
    id: client_ids.ClientID
    venue: str
    symbol: str
    side: int
    quantity: int
    purpose: int
    decided_at: int
    send_before: int


class Started(NamedTuple):
    epoch: int
    at: int


class Mode(NamedTuple):
    mode: int
    reason: str


class Warranted(NamedTuple):
    """Hedges that may be sent without rows of their own, each at most once and for no more than this."""
    legs: tuple


class _Reader:
    def __init__(self, payload: bytes):
        self.payload = payload
        self.position = 2

    def integer(self, size: int, signed=True) -> int:
        self.position += size
        if self.position > len(self.payload):
            raise ValueError("short row")
        return int.from_bytes(self.payload[self.position - size:self.position], "little", signed=signed)

    def text(self) -> str:
        length = self.integer(2, signed=False)
        self.position += length
        if self.position > len(self.payload):
            raise ValueError("short row")
        return self.payload[self.position - length:self.position].decode("utf-8")


def decode(payload: bytes) -> Union[Intended, Started, Mode, Warranted, None]:
    """None for kinds of rows that are not looked at here. Raises ValueError for a row that is not what it says."""
    if len(payload) < 2 or payload[0] not in VERSIONS:
        return None
    row = _Reader(payload)
    if payload[1] == STARTED:
        return Started(epoch=row.integer(8), at=row.integer(8))
    if payload[1] == MODE:
        return Mode(mode=row.integer(1), reason=row.text())
    if payload[1] == INTENDED:
        return _intended(row)
    if payload[1] == WARRANTED:
        return _warranted(row)
    return None


def _identity(row: _Reader) -> client_ids.ClientID:
    identity: Optional[client_ids.ClientID] = client_ids.from_words(
        row.integer(8, signed=False), row.integer(8, signed=False))
    if identity is None:
        raise ValueError("client order id")
    return identity


def _warranted(row: _Reader) -> Warranted:
    symbol, name = row.text(), _identity(row)
    decided_at, quantity = row.integer(8), row.integer(8)
    _highest_buy, _lowest_sell = row.integer(8), row.integer(8)
    legs = []
    for _ in range(row.integer(4, signed=False)):
        number, venue, side = row.integer(1, signed=False), row.text(), row.integer(1)
        text = client_ids.encode(name.epoch, name.node, name.strategy, name.intent, number, name.attempt)
        identity = client_ids.decode(text)
        if identity is None:
            raise ValueError("client order id")
        legs.append(Intended(
            identity, venue, symbol, side, quantity, HEDGE, decided_at, decided_at + WARRANT_WINDOW_NS))
    return Warranted(tuple(legs))


def _intended(row: _Reader) -> Intended:
    venue, symbol = row.text(), row.text()
    identity = _identity(row)
    side = row.integer(1)
    quantity, _limit = row.integer(8), row.integer(8)
    _time_in_force, purpose = row.integer(1), row.integer(1)
    return Intended(identity, venue, symbol, side, quantity, purpose, row.integer(8), row.integer(8))
