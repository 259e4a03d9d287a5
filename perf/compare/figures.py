"""What the programs print, a row for each program and variant, and its statistics over the rounds.

A group is work that is the same for all its rows: only within one are ratios taken.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

OURS, FLOOR, PEER = "ours", "floor", "peer"
BUSY = 2.0  # percent
DESCRIPTIONS = {"workload", "peer", "version", "variant"}


@dataclass(frozen=True)
class Spread:
    median: float
    lowest: float
    highest: float
    count: int


@dataclass
class Row:
    workload: str
    group: str
    role: str
    peer: str
    version: str
    variant: str
    lines: list[dict] = field(default_factory=list)
    invalid: str = ""  # why its figures are none

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.peer, self.version) if part) + f": {self.variant}"

    def values(self, figure: str) -> list[float]:
        found = (lookup(line, figure) for line in self.lines)
        return [value for value in found if isinstance(value, (int, float)) and not isinstance(value, bool)]

    def spread(self, figure: str) -> Spread | None:
        values = self.values(figure)
        if not values:
            return None
        return Spread(statistics.median(values), min(values), max(values), len(values))

    def median(self, figure: str) -> float | None:
        spread = self.spread(figure)
        return spread.median if spread else None

    def texts(self, figure: str) -> set[str]:
        return {str(lookup(line, figure)) for line in self.lines if lookup(line, figure) is not None}

    def figures(self) -> list[str]:
        """Names of everything numeric, in the order printed; one inside an object is `object.name`."""
        names: dict[str, None] = {}
        for line in self.lines:
            for name, value in flattened(line):
                if (
                    isinstance(value, (int, float))
                    and not isinstance(value, bool)
                    and name not in DESCRIPTIONS
                ):
                    names[name] = None
        return list(names)


def flattened(line: dict, prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in line.items():
        if isinstance(value, dict):
            found += flattened(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def lookup(line: dict, figure: str):
    value: object = line
    for part in figure.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


class Collection:
    """The rows of a whole run, in the order in which they were first seen."""

    def __init__(self):
        self.rows: dict[tuple, Row] = {}
        self.failures: dict[str, str] = {}  # first line of what a command said, by workload and command
        self.missing_of_ours: dict[tuple[str, str], str] = {}  # the same by workload and group

    def add(self, workload: str, group: str, role: str, line: dict):
        peer, version = str(line.get("peer", "arbnode")), str(line.get("version", ""))
        variant = str(line.get("variant", ""))
        key = (workload, group, role, peer, version, variant)
        self.rows.setdefault(key, Row(*key)).lines.append(line)

    def of(self, workload: str, group: str, role: str | None = None) -> list[Row]:
        return [
            row
            for row in self.rows.values()
            if (row.workload, row.group) == (workload, group) and (role is None or row.role == role)
        ]

    def lost_share(self) -> float | None:
        """What the cores lost of their time (W0), the larger: above BUSY the machine was not ours."""
        lost = [row.median("lost_pct") for row in self.rows.values() if row.workload == "W0"]
        return max((value for value in lost if value is not None), default=None)
