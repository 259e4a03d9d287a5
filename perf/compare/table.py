"""The table of ratios as text: every row of the run by workload and group, then the gates."""

from __future__ import annotations

from .figures import FLOOR, Collection, Row, Spread
from .gates import Verdict

# The figures that stand for a workload, the first that a row has: (figure, unit, whether more is better).
LEADING = {
    "W0": (("lost_pct", "% lost", False),),
    "W1": (("ns_per_frame", "ns/frame", False),),
    "W2": (("p50_ns", "ns/tick p50", False),),
    "W3": (
        ("p50_us", "us p50", False),
        ("visible_p50_us", "us p50 until visible", False),
        ("seconds_per_million_rows", "s per million rows", False),
    ),
    "W4": (
        ("msgs_per_s", "messages/s", True),
        ("rtt_p50_us", "us p50", False),
        ("oneway_p50_us", "us p50", False),
    ),
    "W5": (("deltas_per_s", "deltas/s", True), ("frames_per_s", "frames/s", True)),
    "W6": (("fill_to_hedge_us.p99", "us p99", False),),
    "W7": (),
    "W8": (("memory_slope_bytes_per_hour", "bytes/hour", False),),
}
ROWS_A_SECOND = (("records_per_s", "rows/s", True),)
LEADING_IN_GROUP = {  # what a batch is for is throughput
    ("W3", "batch of 64"): ROWS_A_SECOND,
    ("W3", "not durable, batch of 64"): ROWS_A_SECOND,
    ("W3", "many writers"): ROWS_A_SECOND,
}


def number(value: float | None) -> str:
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def leading(row: Row) -> tuple[str, str, bool] | None:
    known = LEADING_IN_GROUP.get((row.workload, row.group)) or LEADING[row.workload]
    return next((figure for figure in known if row.spread(figure[0])), None)


def groups(collection: Collection) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in collection.rows.values():
        found.setdefault((row.workload, row.group), []).append(row)
    return dict(sorted(found.items(), key=lambda item: item[0][0]))  # within a workload as planned


def cheapest_floor(rows: list[Row], figure: str, more_is_better: bool) -> float | None:
    medians = [row.median(figure) for row in rows if row.role == FLOOR and not row.invalid]
    medians = [value for value in medians if value]
    return (max if more_is_better else min)(medians) if medians else None


def cost(spread: Spread, floor: float | None, more_is_better: bool) -> float | None:
    """Times the cost of the group's cheapest floor."""
    if not floor or not spread.median:
        return None
    return floor / spread.median if more_is_better else spread.median / floor


def lines_of_rows(collection: Collection) -> list[str]:
    lines = []
    for (workload, group), rows in groups(collection).items():
        lines += ["", f"{workload}  {group}"]
        for row in rows:
            known = leading(row)
            if not known:
                lines.append(f"  {row.name[:74]:74}  (its figures are in the JSON file)")
                continue
            figure, unit, more = known
            spread = row.spread(figure)
            ratio = cost(spread, cheapest_floor(rows, figure, more), more)
            span = f"[{number(spread.lowest)}..{number(spread.highest)}]"
            times = f"{number(ratio)}x floor" if ratio else ""
            lines.append(f"  {row.name[:74]:74} {number(spread.median):>12} {span:>26} {unit:16} {times:>13}")
            if row.invalid:
                lines.append(f"    NOT A FIGURE: {row.invalid}")
    return lines


def lines_of_gates(verdicts: list[Verdict]) -> list[str]:
    lines = ["", f"{'gate':34} {'ours':>12} {'floor':>12} {'x floor':>8} {'x peer':>8}  goal"]
    for verdict in verdicts:
        gate = verdict.gate
        lines.append(
            f"{gate.name:34} {number(verdict.ours):>12} {number(verdict.floor):>12}"
            f" {number(verdict.ratio_to_floor):>8} {number(verdict.ratio_to_fastest_peer):>8}"
            f"  {gate.goal} ({gate.unit})".replace(" ()", "") + f": {'met' if verdict.met else 'NOT MET'}"
        )
        if verdict.reason:
            lines.append(f"    {verdict.reason}")
    return lines
