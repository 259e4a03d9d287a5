"""The node's client order ids, read from outside: 128 bits as 32 lower-case hex digits.

Layout, high to low: epoch 16, node 16, strategy 16, intent 40, leg 8, attempt 8, checksum 24
(Sources/TradingModel/Order.swift). The checksum tells the node's ids from a stranger's.
"""
from typing import NamedTuple, Optional

WORD = (1 << 64) - 1


class ClientID(NamedTuple):
    text: str
    epoch: int
    node: int
    strategy: int
    intent: int
    leg: int
    attempt: int

    @property
    def place(self):
        """What at most one order may ever have filled for."""
        return self.epoch, self.intent, self.leg


def seal(high: int, body: int) -> int:
    """The 24-bit checksum over the other 104 bits."""
    mixed = (high ^ 0x9E3779B97F4A7C15) * 0xFF51AFD7ED558CCD & WORD
    mixed ^= mixed >> 33
    mixed = (mixed ^ body) * 0xC4CEB9FE1A85EC53 & WORD
    return mixed >> 40


def decode(text: str) -> Optional[ClientID]:
    """None unless `text` is an id a node made."""
    if len(text) != 32 or any(c not in "0123456789abcdef" for c in text):
        return None
    return from_words(int(text[:16], 16), int(text[16:], 16))


def from_words(high: int, low: int) -> Optional[ClientID]:
    if low & 0xFFFFFF != seal(high, low & ~0xFFFFFF):
        return None
    return ClientID(
        text=f"{high:016x}{low:016x}", epoch=high >> 48, node=high >> 32 & 0xFFFF, strategy=high >> 16 & 0xFFFF,
        intent=(high & 0xFFFF) << 24 | low >> 40, leg=low >> 32 & 0xFF, attempt=low >> 24 & 0xFF)


def encode(epoch: int, node: int, strategy: int, intent: int, leg: int, attempt: int) -> str:
    high = epoch << 48 | node << 32 | strategy << 16 | intent >> 24
    body = (intent & 0xFFFFFF) << 40 | leg << 32 | attempt << 24
    return f"{high:016x}{body | seal(high, body):016x}"
