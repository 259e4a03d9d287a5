"""One self-contained HTML page of a run: gates, ratio bars, percentiles, stages, rows, machine and noise."""

from __future__ import annotations

from html import escape

from . import charts
from .figures import BUSY, Collection, Row
from .gates import Verdict
from .table import cheapest_floor, cost, groups, leading, number

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2730; background: #fff; max-width: 960px;
  margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem } h2 { margin-top: 2.4rem; border-bottom: 1px solid #d5dbe0; padding-bottom: .2rem }
h3 { margin: 1.4rem 0 .2rem; font-size: 1rem }
p.note { color: #5a6872; margin: .1rem 0 .4rem; font-size: .87rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem; width: 100% }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #e6eaed; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.met, .missed { white-space: nowrap; font-weight: 600 } .met { color: #19743b } .missed { color: #b3261e }
.why { color: #5a6872 }
svg { width: 100%; height: auto; display: block } svg text { font: 11px system-ui, sans-serif; fill: #1d2730 }
svg .label { text-anchor: end } svg .tick { text-anchor: middle; fill: #7a8793; font-size: 9px }
svg .grid { stroke: #e6eaed } svg .span { stroke: #1d2730; stroke-width: 1.5 } svg .rail { stroke: #aab4bc }
.key span { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 1rem; vertical-align: -1px }
"""
TITLES = {
    "W1": "W1: a raw depth frame becomes a book",
    "W2": "W2: a frame becomes order bytes",
    "W3": "W3: an order's row becomes durable",
    "W4": "W4: WebSocket and TLS",
    "W5": "W5: replay",
    "W6": "W6: the whole node",
    "W7": "W7: growth",
    "W8": "W8: memory over 24 hours",
}
SHARES = (("p50", "p50"), ("p99", "p99"), ("p999", "p99.9"))
# What a percentile's name is made of: (before, after, caption).
DISTRIBUTIONS = (
    ("", "_ns", "ns"),
    ("order_", "_ns", "ns, ticks that make orders"),
    ("", "_us", "us"),
    ("visible_", "_us", "us until another client can read it"),
    ("rtt_", "_us", "us, round trip"),
    ("oneway_", "_us", "us, one way"),
)


def page(collection: Collection, verdicts: list[Verdict], run: dict) -> str:
    parts = [head(run), gates(verdicts)]
    by_workload: dict[str, list[tuple[str, list[Row]]]] = {}
    for (workload, group), rows in groups(collection).items():
        by_workload.setdefault(workload, []).append((group, rows))
    for workload, found in by_workload.items():
        if workload == "W0":
            continue
        parts.append(f"<h2>{escape(TITLES[workload])}</h2>")
        for group, rows in found:
            parts += [ratio_bars(group, rows), *distributions(group, rows), *stages(rows), all_figures(rows)]
    parts += [noise(by_workload.get("W0", [])), failures(collection), machine(run)]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        + (
            f"<title>arbnode compared, {escape(run['machine']['commit'])}</title><style>{STYLE}</style>"
            + "".join(parts)
        )
    )


def head(run: dict) -> str:
    about = run["machine"]
    keys = "".join(
        f'<span style="background:{charts.COLOURS[role]}"></span>{name}'
        for role, name in (("ours", "arbnode"), ("floor", "floor"), ("peer", "peer"))
    )
    changed = " with uncommitted changes" if about["uncommitted_changes"] else ""
    return (
        f"<h1>arbnode, the floor and the peers</h1><p>Commit {escape(about['commit'])}{changed}, "
        f"{escape(run['recorded'])}: medians of {run['rounds']} interleaved rounds on one machine "
        f"({escape(about['processor'])}, {about['cores']} cores). {busy(run['lost_pct'])}"
        "Scales are logarithmic; the thin line is the least to the most.</p>"
        f'<p class="key">{keys}</p>'
    )


def busy(lost: float | None) -> str:
    if lost is None or lost <= BUSY:
        return ""
    return f"<b>Other work took {lost:.0f} % of a core: measure again on an idle machine.</b> "


def gates(verdicts: list[Verdict]) -> str:
    rows = []
    for verdict in verdicts:
        word, kind = ("met", "met") if verdict.met else ("not met", "missed")
        why = f'<br><span class="why">{escape(verdict.reason)}</span>' if verdict.reason else ""
        told = [number(value) for value in (verdict.ours, verdict.floor)]
        ratios = [number(value) for value in (verdict.ratio_to_floor, verdict.ratio_to_fastest_peer)]
        rows.append(
            f"<tr><td>{escape(verdict.gate.name)}</td><td class=n>{told[0]}</td>"
            f"<td>{escape(verdict.gate.unit)}</td><td class=n>{told[1]}</td>"
            f"<td class=n>{ratios[0]}</td><td class=n>{ratios[1]}</td>"
            f'<td>{escape(verdict.gate.goal)}{why}</td><td class="{kind}">{word}</td></tr>'
        )
    return (
        "<h2>Gates</h2><p class=note>“× floor” is a cost: 1 is as good as the floor. “× peer” is a speed: "
        "above 1 is faster than the fastest peer.</p><div class=scroll><table><tr><th>gate<th class=n>ours"
        "<th>unit<th class=n>floor<th class=n>× floor<th class=n>× peer<th>goal<th></tr>"
        f"{''.join(rows)}</table></div>"
    )


def ratio_bars(group: str, rows: list[Row]) -> str:
    bars, caption = [], ""
    for row in rows:
        known = leading(row)
        if not known:
            continue
        figure, caption, more = known
        spread = row.spread(figure)
        ratio = cost(spread, cheapest_floor(rows, figure, more), more)
        note = "not a figure: other work" if row.invalid else f"{number(ratio)}× floor" if ratio else ""
        role = "invalid" if row.invalid else row.role
        bars.append(charts.Bar(row.name, spread.median, role, spread.lowest, spread.highest, note))
    if not bars:
        return f"<h3>{escape(group)}</h3>"
    return f"<h3>{escape(group)}</h3><p class=note>{escape(caption)}</p>" + charts.bars(
        bars, f"{group}, {caption}"
    )


def distributions(group: str, rows: list[Row]) -> list[str]:
    parts = []
    for before, after, caption in DISTRIBUTIONS:
        lines = []
        for row in rows:
            named = ((shown, row.median(f"{before}{share}{after}")) for share, shown in SHARES)
            points = [(shown, value) for shown, value in named if value]
            if len(points) > 1 and not row.invalid:
                lines.append((row.name, row.role, points))
        if lines:
            parts.append(f"<p class=note>p50, p99, p99.9 in {escape(caption)}</p>")
            parts.append(charts.percentiles(lines, f"{group}, percentiles in {caption}"))
    return parts


def stages(rows: list[Row]) -> list[str]:
    """Where the time goes: of rows that print `stages_ns` or `stages_us`, a number or percentiles a stage."""
    parts = []
    for row in rows:
        for field in ("stages_ns", "stages_us"):
            medians = {
                name.split(".")[1]: row.median(name)
                for name in row.figures()
                if name.startswith(field + ".") and (name.count(".") == 1 or name.endswith(".p50"))
            }
            if medians:
                unit = field.split("_")[1]
                bars = [charts.Bar(stage, value, row.role) for stage, value in medians.items()]
                parts.append(
                    f"<p class=note>Stages of {escape(row.name)}, {unit} p50</p>{charts.bars(bars, 'stages')}"
                )
    return parts


def all_figures(rows: list[Row]) -> str:
    body = []
    for row in rows:
        told = ", ".join(f"{name} {number(row.median(name))}" for name in row.figures())
        why = f" <span class=missed>{escape(row.invalid)}</span>" if row.invalid else ""
        body.append(f"<tr><td>{escape(row.name)}</td><td>{escape(told)}{why}</td></tr>")
    table = f"<div class=scroll><table>{''.join(body)}</table></div>"
    return f"<details><summary>all medians</summary>{table}</details>"


def noise(found: list[tuple[str, list[Row]]]) -> str:
    rows = []
    for group, group_rows in found:
        for row in group_rows:
            told = ", ".join(f"{name} {number(row.median(name))}" for name in row.figures())
            rows.append(f"<tr><td>{escape(group)}</td><td>{escape(told)}</td></tr>")
    return f"<h2>Noise of the machine (W0)</h2><div class=scroll><table>{''.join(rows)}</table></div>"


def failures(collection: Collection) -> str:
    if not collection.failures:
        return ""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(why)}</td></tr>" for name, why in collection.failures.items()
    )
    return f"<h2>Not run</h2><div class=scroll><table>{rows}</table></div>"


def machine(run: dict) -> str:
    facts = {**run["machine"], "peers": ", ".join(run["versions"])}
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in facts.items()
    )
    return f"<h2>Machine and versions</h2><div class=scroll><table>{rows}</table></div>"
