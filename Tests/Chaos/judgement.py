"""Holds what the node wrote down against what the venues saw. Neither's own word about itself counts."""
import os
from decimal import Decimal
from typing import Dict, List

import client_ids
import rows
import store_log
import venue_journal

NODE_STORES_APART = ("ballast", "outbox.lock", "control.sock")
# What no venue takes as an order may stay unhedged: the largest minimum notional is 5, and a lot on top of it.
RESIDUAL_QUOTE = Decimal(12)
CLOCK_SLACK_NS = 2_000_000


class Judgement:
    """Grows over the runs of one node on one data directory."""

    def __init__(self, store: str, node: int):
        self.store = store
        self.node = node
        self.chain: Dict[int, store_log.Record] = {}
        self.intended: Dict[str, rows.Intended] = {}

    @property
    def durable(self) -> int:
        """The newest record on disk. No kill of a process loses what the kernel has: the next start must find it."""
        return max(self.chain, default=0)

    @property
    def held_for(self) -> str:
        """Why the node had stopped taking new risk when it last wrote a mode; empty when it had not."""
        for sequence in sorted(self.chain, reverse=True):
            row = rows.decode(self.chain[sequence].payload)
            if isinstance(row, rows.Mode):
                return row.reason if row.mode >= rows.HOLD else ""
        return ""

    def collect(self) -> List[str]:
        """Reads the stopped node's store, before its next start rewrites the logs. Answers faults of the chain."""
        faults = []
        for sequence, record in sorted(store_log.records(self.store).items()):
            if sequence in self.chain and self.chain[sequence] != record:
                faults.append(f"record {sequence} was on disk and is another now")
                self.chain = {known: kept for known, kept in self.chain.items() if known < sequence}
            self.chain[sequence] = record
            row = rows.decode(record.payload)
            if isinstance(row, rows.Intended):
                self.intended[row.id.text] = row
            elif isinstance(row, rows.Warranted):
                for leg in row.legs:  # its own row, where there is one, knows more
                    self.intended.setdefault(leg.id.text, leg)
        return faults + store_log.chain_faults(self.chain)

    def lost(self, recovered) -> int:
        """Rows on disk that a start did not find again."""
        return max(0, self.durable - (recovered or 0))

    # MARK: Against the venues

    def ours(self, journals) -> List[venue_journal.Order]:
        """Every order of this node that a venue ever saw."""
        return [
            order for journal in journals for order in journal.orders.values()
            if order.client_id and order.client_id.node == self.node]

    def without_row(self, orders) -> List[str]:
        return [f"{order.venue} {order.client_text}" for order in orders if not self._has_row(order)]

    def _has_row(self, order) -> bool:
        row = self.intended.get(order.client_text)
        if row:
            return row.venue == order.venue and row.symbol == order.symbol
        return self._is_written_anywhere(client_ids.decode(order.client_text))

    def _is_written_anywhere(self, identity) -> bool:
        """Rows that have left the log (tables, a reserve beside the store) are found by the id's bytes."""
        high, low = int(identity.text[:16], 16), int(identity.text[16:], 16)
        needle = high.to_bytes(8, "little") + low.to_bytes(8, "little")
        for directory, _, names in os.walk(self.store):
            for name in names:
                if name in NODE_STORES_APART:
                    continue
                with open(os.path.join(directory, name), "rb") as file:
                    if needle in file.read():
                        return True
        return False

    @staticmethod
    def repeated(orders) -> List[str]:
        """Client ids a venue saw twice, and legs of an intent for which more than one order was filled."""
        seen, filled, found = set(), {}, []
        for order in orders:
            key = order.venue, order.client_text
            if key in seen:
                found.append(f"{order.venue} saw {order.client_text} twice")
            seen.add(key)
            if order.state == "filled":
                first = filled.setdefault(order.client_id.place, order.client_text)
                if first != order.client_text:
                    found.append(f"{first} and {order.client_text} both filled")
        return found

    def lateness(self, orders) -> List[float]:
        """By how many milliseconds orders of new risk reached their venue after their `sendBefore`, whatever the
        reason: a venue that hung, a connection that had to be opened, a machine with too much to do."""
        found = []
        for order in orders:
            row = self.intended.get(order.client_text)
            if row and row.purpose == rows.OPEN and order.at > row.send_before:
                found.append((order.at - row.send_before) / 1e6)
        return found

    def stale(self, orders, stopped_ns: int, continued_ns: int) -> List[str]:
        """Orders decided before the node was stopped that reached their venue after it went on, too late: their
        `sendBefore` had passed."""
        found = []
        for order in orders:
            row = self.intended.get(order.client_text)
            if row is None or row.decided_at > stopped_ns or order.at <= continued_ns:
                continue
            if order.at > row.send_before + CLOCK_SLACK_NS:
                late = (order.at - row.send_before) / 1e6
                found.append(f"{order.venue} {order.client_text} purpose {row.purpose}: {late:.1f} ms late")
        return found


def unequal_balances(report: dict, journals, opening: dict) -> List[str]:
    """The node's final accounts against opening plus journal, to the last unit."""
    found = []
    known = {(account["venue"], account["asset"]): Decimal(account["balance"]) for account in report["accounts"]}
    for journal in journals:
        for asset, truth in journal.balances(opening).items():
            ours = known.get((journal.venue, asset))
            if ours is None:
                found.append(f"{journal.venue} {asset}: not in the node's ledger")
            elif ours != truth:
                found.append(f"{journal.venue} {asset}: node {ours}, venue {truth}")
    return found


def unequal_truth(ended: dict, journal, opening: dict) -> List[str]:
    """What the venue said at its end against its own journal: a harness that reads wrongly must not pass."""
    if not ended:
        return [f"{journal.venue} did not say what it ended with"]
    found = []
    for asset, truth in journal.balances(opening).items():
        if Decimal(ended["balances"].get(asset, "0")) != truth:
            found.append(f"{journal.venue} {asset}: said {ended['balances'].get(asset)}, journal {truth}")
    for name, count in (("orders", len(journal.orders)), ("fills", journal.fill_count)):
        if ended[name] != count:
            found.append(f"{journal.venue}: said {ended[name]} {name}, journal {count}")
    if ended["open_orders"]:
        found.append(f"{journal.venue}: {ended['open_orders']} orders are still open")
    return found


def exposure(journals, opening: dict) -> List[str]:
    """Base assets whose sum over the venues has moved by more than a residual."""
    found = []
    moved: Dict[str, Decimal] = {}
    price: Dict[str, Decimal] = {}
    for journal in journals:
        for asset, truth in journal.balances(opening).items():
            moved[asset] = moved.get(asset, Decimal(0)) + truth - Decimal(opening[asset])
        for order in journal.orders.values():
            for fill in order.fills:
                price[order.symbol.split("-")[0]] = venue_journal.scaled(fill.price, venue_journal.SCALE)
    for asset, worth in price.items():
        if abs(moved[asset]) * worth > RESIDUAL_QUOTE:
            found.append(f"{asset}: {moved[asset]} apart from flat, about {abs(moved[asset]) * worth:.2f} in quote")
    return found
