"""Proof of equal work: a figure whose checksum differs from the floor's is not a figure."""

from __future__ import annotations

from dataclasses import dataclass

from .figures import FLOOR, OURS, Collection, Row


@dataclass(frozen=True)
class Proof:
    workload: str
    groups: tuple[str, ...]
    floor_group: str  # where the floor's checksum stands
    field: str
    instead: str = ""  # ours may print this in its place: its rules differ, but it must not do less
    per: str = ""  # both are divided by this first: not every program makes the same number of passes


PROOFS = (
    Proof("W1", ("generated frames", "book alone"), "generated frames", "bbo_crc"),
    Proof("W1", ("real frames",), "real frames", "bbo_crc"),
    Proof("W2", ("unsigned", "decode excluded"), "unsigned", "orders_crc", instead="orders"),
    Proof("W5", ("decoded", "with orders", "whole engine"), "decoded", "acc", per="frames"),
)
TOLERANCE = 1e-3  # of sums that are printed rounded; a frame more or less at the ends of a pass


def check(collection: Collection):
    """Marks as invalid each row that did other work than the floor, or does not say what it did."""
    for proof in PROOFS:
        floors = collection.of(proof.workload, proof.floor_group, FLOOR)
        if not floors:
            continue  # the gates miss their floor themselves
        for group in proof.groups:
            for row in collection.of(proof.workload, group):
                row.invalid = difference(proof, row, floors[0])


def difference(proof: Proof, row: Row, floor: Row) -> str:
    if proof.per:
        return difference_of_sums(proof, row, floor)
    name = proof.field
    if row.role == OURS and proof.instead and not row.texts(name):
        return shortfall(proof.instead, row, floor)
    found, expected = row.texts(name), floor.texts(name)
    if not found:
        return f"prints no {name}: nothing proves that it did the same work"
    if found != expected:
        told = [" and ".join(sorted(texts)) for texts in (found, expected)]
        return f"other work than the floor: {name} {told[0]} instead of {told[1]}"
    return ""


def shortfall(name: str, row: Row, floor: Row) -> str:
    found, expected = row.median(name), floor.median(name)
    if found is None or expected is None:
        return f"prints no {name}: nothing proves that it did the same work"
    return "" if found >= expected else f"less work than the floor: {name} {found:.0f} of {expected:.0f}"


def difference_of_sums(proof: Proof, row: Row, floor: Row) -> str:
    if row.role == OURS and not row.values(proof.field):
        return ""  # its own gate compares it with peers alone; the interface asks for no sum
    found, expected = mean(row, proof), mean(floor, proof)
    if found is None or expected is None:
        return f"prints no {proof.field}: nothing proves that it did the same work"
    if abs(found - expected) > TOLERANCE * abs(expected):
        return f"other work than the floor: {proof.field}/{proof.per} {found:.5f} instead of {expected:.5f}"
    return ""


def mean(row: Row, proof: Proof) -> float | None:
    total, count = row.median(proof.field), row.median(proof.per)
    return total / count if total is not None and count else None
