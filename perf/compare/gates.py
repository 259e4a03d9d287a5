"""What must be shown: each gate of the table in issue 5 is one row of GATES, and `met` is decided here alone.

Figures of a gate are compared within one group, which is the same work for all. Two ratios are told of each:
`ratio_to_floor` is a cost (1 = as good as the floor, above 1 = dearer), `ratio_to_fastest_peer` is a speed
(above 1 = faster than the fastest peer); both so for times and for rates.
"""

from __future__ import annotations

from dataclasses import dataclass

from .figures import FLOOR, OURS, PEER, Collection, Row


@dataclass(frozen=True)
class Pick:
    """One figure of the rows whose name contains `name`, within a group."""

    group: str
    figure: str
    name: str = ""


@dataclass(frozen=True)
class Gate:
    name: str
    workload: str
    unit: str
    ours: Pick
    goal: str  # as a person reads it
    limit: float
    floor: Pick | None = None
    peers: Pick | None = None
    kind: str = "absolute"  # absolute | cost (against the floor) | speed (against the fastest peer) | true
    against: Pick | None = None  # what a cost is taken against when it is not the floor
    rate: bool = False  # more is better


def absolute(name, workload, unit, ours, limit, goal, **more) -> Gate:
    return Gate(name, workload, unit, ours, goal, limit, kind="absolute", **more)


def cost(name, workload, unit, ours, limit, goal, floor, **more) -> Gate:
    return Gate(name, workload, unit, ours, goal, limit, floor=floor, kind="cost", **more)


def speed(name, workload, unit, ours, limit, goal, peers, **more) -> Gate:
    return Gate(name, workload, unit, ours, goal, limit, peers=peers, kind="speed", **more)


FRAMES, REAL = "generated frames", "real frames"
FRAME, REAL_FRAME = Pick(FRAMES, "ns_per_frame"), Pick(REAL, "ns_per_frame")
FLAT, REAL_FLAT = Pick(FRAMES, "ns_per_frame", "simdjson-flat"), Pick(REAL, "ns_per_frame", "simdjson-flat")
LADDER_TICK = {"floor": Pick("unsigned", "p50_ns", "scanner-ladder"), "peers": Pick("unsigned", "p50_ns")}
LADDER_ORDER = {
    "floor": Pick("unsigned", "order_p50_ns", "scanner-ladder"),
    "peers": Pick("unsigned", "order_p50_ns"),
}
LADDER_TAIL = {
    "floor": Pick("unsigned", "order_p99_ns", "scanner-ladder"),
    "peers": Pick("unsigned", "order_p99_ns"),
}
TICK, ORDER = Pick("unsigned", "p50_ns"), Pick("unsigned", "order_p50_ns")
NAUTILUS_LIVE = "live TradingNode"
DELTAS = "deltas_per_s"

GATES = (
    cost("W1 frame", "W1", "ns/frame", FRAME, 1.0, "<= 1.0x simdjson-flat", FLAT, peers=FRAME),
    cost(
        "W1 real frame",
        "W1",
        "ns/frame",
        REAL_FRAME,
        1.0,
        "<= 1.0x simdjson-flat",
        REAL_FLAT,
        peers=REAL_FRAME,
    ),
    speed(
        "W1 vs hummingbot",
        "W1",
        "ns/frame",
        FRAME,
        35,
        ">= 35x hummingbot",
        Pick(FRAMES, "ns_per_frame", "hummingbot"),
    ),
    speed(
        "W1 vs NautilusTrader",
        "W1",
        "ns/frame",
        FRAME,
        44,
        ">= 44x NautilusTrader's best",
        Pick(FRAMES, "ns_per_frame", "nautilus"),
    ),
    absolute(
        "W1 allocations", "W1", "a frame", Pick(FRAMES, "allocations_per_frame"), 0, "no allocation per frame"
    ),
    absolute("W2 tick", "W2", "ns p50", TICK, 600, "<= 600 ns", **LADDER_TICK),
    absolute("W2 order tick", "W2", "ns p50", ORDER, 1000, "<= 1.0 us p50", **LADDER_ORDER),
    absolute(
        "W2 order tick, tail",
        "W2",
        "ns p99",
        Pick("unsigned", "order_p99_ns"),
        3000,
        "<= 3 us p99",
        **LADDER_TAIL,
    ),
    absolute("W2 signing", "W2", "ns/order", Pick("unsigned", "sign_ns"), 1000, "<= 1 us an order"),
    speed(
        "W2 tick vs NautilusTrader",
        "W2",
        "ns p50",
        TICK,
        120,
        ">= 120x NautilusTrader live",
        Pick("unsigned", "p50_ns", NAUTILUS_LIVE),
    ),
    speed(
        "W2 order tick vs NautilusTrader",
        "W2",
        "ns p50",
        ORDER,
        220,
        ">= 220x NautilusTrader live",
        Pick("unsigned", "order_p50_ns", NAUTILUS_LIVE),
    ),
    cost(
        "W3 one row",
        "W3",
        "us p50",
        Pick("one record", "p50_us", "single"),
        1.05,
        "<= 1.05x RocksDB sync p50",
        Pick("one record", "p50_us", "prealloc"),
        peers=Pick("one record", "p50_us"),
        against=Pick("one record", "p50_us", "rocksdb"),
    ),
    cost(
        "W3 group commit",
        "W3",
        "rows/s",
        Pick("batch of 64", "records_per_s", "batch64"),
        1 / 0.9,
        ">= 0.9x RocksDB's batch of 64",
        Pick("batch of 64", "records_per_s", "prealloc"),
        peers=Pick("batch of 64", "records_per_s"),
        against=Pick("batch of 64", "records_per_s", "rocksdb"),
        rate=True,
    ),
    cost(
        "W3 pair",
        "W3",
        "us p50",
        Pick("pair", "p50_us", "pair"),
        1.05,
        "both legs in one commit: <= 1.05x RocksDB's batch of 2",
        Pick("pair", "p50_us", "prealloc"),
        peers=Pick("pair", "p50_us"),
        against=Pick("pair", "p50_us", "rocksdb"),
    ),
    speed(
        "W4 receive",
        "W4",
        "messages/s",
        Pick("receive", "msgs_per_s"),
        1.0,
        ">= 1.0x picows",
        Pick("receive", "msgs_per_s", "picows"),
        floor=Pick("receive", "msgs_per_s"),
        rate=True,
    ),
    cost(
        "W4 echo, one core",
        "W4",
        "us p50",
        Pick("echo, one core", "rtt_p50_us"),
        1.15,
        "<= 1.15x floor",
        Pick("echo, one core", "rtt_p50_us"),
        peers=Pick("echo, one core", "rtt_p50_us"),
    ),
    cost(
        "W4 echo, two cores",
        "W4",
        "us p50",
        Pick("echo, two cores", "rtt_p50_us"),
        1.15,
        "<= 1.15x floor",
        Pick("echo, two cores", "rtt_p50_us"),
        peers=Pick("echo, two cores", "rtt_p50_us"),
    ),
    cost(
        "W4 echo, busy-poll",
        "W4",
        "us p50",
        Pick("echo, busy-poll", "rtt_p50_us"),
        1.25,
        "<= 1.25x floor",
        Pick("echo, busy-poll", "rtt_p50_us"),
    ),
    speed(
        "W5 decoded",
        "W5",
        "deltas/s",
        Pick("decoded", DELTAS, "decoded"),
        1.5,
        ">= 1.5x hftbacktest",
        Pick("decoded", DELTAS, "hftbacktest"),
        floor=Pick("decoded", DELTAS, "ladder"),
        rate=True,
    ),
    speed(
        "W5 whole node",
        "W5",
        "deltas/s",
        Pick("whole engine", DELTAS, "whole node"),
        10,
        ">= 10x NautilusTrader",
        Pick("whole engine", DELTAS, "nautilus"),
        floor=Pick("with orders", DELTAS, "ladder"),
        rate=True,
    ),
    absolute(
        "W5 raw frames",
        "W5",
        "frames/s",
        Pick("raw frames", "frames_per_s"),
        1.5e6,
        ">= 1.5 M frames/s",
        rate=True,
    ),
    absolute(
        "W6 fill to hedge",
        "W6",
        "us p99",
        Pick("whole node", "fill_to_hedge_us.p99"),
        1000,
        "p99 < 1 ms at 2x the recorded peak",
    ),
    absolute(
        "W6 order events", "W6", "dropped", Pick("whole node", "order_events_dropped"), 0, "none dropped"
    ),
    absolute("W6 processor", "W6", "cores", Pick("whole node", "cores"), 1, "<= 1 core"),
    Gate(
        "W7 growth",
        "W7",
        "",
        Pick("growth", "linear"),
        "linear in venues and symbols, flat in depth",
        1,
        kind="true",
    ),
    absolute(
        "W7 recovery",
        "W3",
        "s per million rows",
        Pick("recovery", "seconds_per_million_rows"),
        30,
        "<= 30 s per million rows",
    ),
    absolute(
        "W8 memory", "W8", "bytes/hour", Pick("memory", "memory_slope_bytes_per_hour"), 0, "slope 0 over 24 h"
    ),
)


@dataclass
class Verdict:
    gate: Gate
    ours: float | None
    floor: float | None
    peers: dict[str, float]
    ratio_to_floor: float | None
    ratio_to_fastest_peer: float | None
    ratio_of_goal: float | None  # what the goal of a cost or a speed is about
    met: bool
    reason: str

    def json(self) -> dict:
        result = {
            "ours": self.ours,
            "unit": self.gate.unit,
            "floor": self.floor,
            "peers": self.peers,
            "ratio_to_floor": self.ratio_to_floor,
            "ratio_to_fastest_peer": self.ratio_to_fastest_peer,
            "ratio_of_goal": self.ratio_of_goal,
            "goal": self.gate.goal,
            "met": self.met,
        }
        return {**result, "reason": self.reason} if self.reason else result


def judge(gate: Gate, collection: Collection) -> Verdict:
    ours, why_not = figure_of_ours(gate, collection)
    floor = best(gate, figures(gate, gate.floor, collection, FLOOR))
    by_name = figures(gate, gate.peers, collection, PEER)
    to_floor = cost_of(gate, ours, floor)
    to_peer = inverse(cost_of(gate, ours, best(gate, by_name)))
    if gate.kind == "speed":
        of_goal = to_peer
    elif gate.kind == "cost":
        other = best(gate, figures(gate, gate.against, collection, None)) if gate.against else floor
        of_goal = cost_of(gate, ours, other)
    else:
        of_goal = None
    verdict = Verdict(gate, ours, floor, by_name, to_floor, to_peer, of_goal, False, why_not)
    if ours is None:
        return verdict
    if gate.kind in ("cost", "speed") and of_goal is None:
        verdict.reason = f"nothing to compare with: {gate.goal}"
    else:
        verdict.met = meets(gate, ours, of_goal)
    return verdict


def meets(gate: Gate, ours: float, of_goal: float | None) -> bool:
    """Against the limit: our figure itself, or its ratio."""
    if gate.kind == "true":
        return ours == gate.limit
    if gate.kind == "absolute":
        return ours >= gate.limit if gate.rate else ours <= gate.limit
    return of_goal <= gate.limit if gate.kind == "cost" else of_goal >= gate.limit


def figure_of_ours(gate: Gate, collection: Collection) -> tuple[float | None, str]:
    """Our figure, or the reason why there is none."""
    rows = matching(gate.workload, gate.ours, collection, OURS)
    if not rows:
        return None, missing(gate, collection)
    row = rows[0]
    if row.invalid:
        return None, row.invalid
    value = truth(row, gate.ours.figure) if gate.kind == "true" else row.median(gate.ours.figure)
    return (value, "") if value is not None else (None, f"prints no {gate.ours.figure}")


def missing(gate: Gate, collection: Collection) -> str:
    return collection.missing_of_ours.get(
        (gate.workload, gate.ours.group), f"no row of ours: {gate.ours.group}"
    )


def truth(row: Row, figure: str) -> float | None:
    """1 when every line says true."""
    said = row.texts(figure)
    return None if not said else float(said == {"True"})


def matching(workload: str, pick: Pick, collection: Collection, role: str | None) -> list[Row]:
    return [row for row in collection.of(workload, pick.group, role) if pick.name in row.name]


def figures(gate: Gate, pick: Pick | None, collection: Collection, role: str | None) -> dict[str, float]:
    """By name; without a role whatever the pick names, but never ours."""
    if pick is None:
        return {}
    rows = (
        row for row in matching(gate.workload, pick, collection, role) if row.role != OURS and not row.invalid
    )
    found = {row.name: row.median(pick.figure) for row in rows}
    return {name: value for name, value in found.items() if value is not None}


def best(gate: Gate, by_name: dict[str, float]) -> float | None:
    if not by_name:
        return None
    return max(by_name.values()) if gate.rate else min(by_name.values())


def cost_of(gate: Gate, ours: float | None, other: float | None) -> float | None:
    """How many times dearer ours is than the other."""
    if ours is None or other is None or not ours or not other:
        return None
    return other / ours if gate.rate else ours / other


def inverse(ratio: float | None) -> float | None:
    return 1 / ratio if ratio else None
