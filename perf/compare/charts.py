"""Plots as SVG, on logarithmic scales: bars with the least and the most, percentiles. No script, no asset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from .table import number

WIDTH, LEFT, RIGHT, STEP = 920, 350, 200, 24
COLOURS = {"ours": "#1769aa", "floor": "#7a8793", "peer": "#d9903d", "invalid": "#d9d9d9"}


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    role: str
    lowest: float | None = None
    highest: float | None = None
    note: str = ""


class Scale:
    """Logarithmic, whole decades around the values."""

    def __init__(self, values: list[float]):
        positive = [value for value in values if value > 0] or [1]
        self.low = math.floor(math.log10(min(positive)) - 0.05)
        self.high = max(self.low + 1, math.ceil(math.log10(max(positive)) + 0.05))

    def x(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low) if value > 0 else 0
        return LEFT + min(1, max(0, share)) * (WIDTH - LEFT - RIGHT)

    def grid(self, height: float) -> list[str]:
        parts = []
        for power in range(self.low, self.high + 1):
            x = self.x(10.0**power)
            parts.append(f'<line x1="{x:.1f}" y1="14" x2="{x:.1f}" y2="{height:.0f}" class="grid"/>')
            parts.append(f'<text x="{x:.1f}" y="10" class="tick">{power_text(power)}</text>')
        return parts


def power_text(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def svg(height: float, parts: list[str], title: str) -> str:
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img"><title>{escape(title)}</title>{inside}</svg>'


def label(text: str, y: float) -> str:
    shown = text if len(text) <= 54 else text[:53] + "…"
    tip = f"<title>{escape(text)}</title>"
    return f'<text x="{LEFT - 8}" y="{y + 13:.1f}" class="label">{escape(shown)}{tip}</text>'


def bars(rows: list[Bar], title: str) -> str:
    """One bar a row from the left edge; the thin line is the least to the most of the rounds."""
    edges = [edge for row in rows for edge in (row.value, row.lowest, row.highest) if edge]
    scale, height = Scale(edges), 18 + STEP * len(rows)
    parts = scale.grid(height)
    for place, row in enumerate(rows):
        y, end = 20 + STEP * place, scale.x(row.value)
        colour = COLOURS[row.role]
        parts.append(label(row.label, y))
        parts.append(
            f'<rect x="{LEFT}" y="{y}" width="{max(1, end - LEFT):.1f}" height="15" fill="{colour}"/>'
        )
        after = end
        if row.lowest and row.highest and row.highest > row.lowest:
            after = scale.x(row.highest)
            parts.append(
                f'<line x1="{scale.x(row.lowest):.1f}" x2="{after:.1f}" y1="{y + 7.5}" y2="{y + 7.5}"'
                ' class="span"/>'
            )
        text = number(row.value) + (f"  {row.note}" if row.note else "")
        parts.append(f'<text x="{max(end, after) + 5:.1f}" y="{y + 12}" class="value">{escape(text)}</text>')
    return svg(height, parts, title)


def percentiles(rows: list[tuple[str, str, list[tuple[str, float]]]], title: str) -> str:
    """A line a row from its first percentile to its last: (label, role, [(percentile, value)])."""
    scale = Scale([value for _, _, points in rows for _, value in points])
    height = 18 + STEP * len(rows)
    parts = scale.grid(height)
    for place, (name, role, points) in enumerate(rows):
        y = 20 + STEP * place
        parts.append(label(name, y))
        xs = [scale.x(value) for _, value in points]
        middle = y + 7.5
        parts.append(f'<line x1="{xs[0]:.1f}" x2="{xs[-1]:.1f}" y1="{middle}" y2="{middle}" class="rail"/>')
        for (percentile, value), x, radius in zip(points, xs, (6, 4.5, 3)):
            tip = escape(f"{percentile} {number(value)}")
            parts.append(
                f'<circle cx="{x:.1f}" cy="{middle}" r="{radius}" fill="{COLOURS[role]}">'
                f"<title>{tip}</title></circle>"
            )
        told = " / ".join(number(value) for _, value in points)
        parts.append(f'<text x="{xs[-1] + 9:.1f}" y="{y + 12}" class="value">{escape(told)}</text>')
    return svg(height, parts, title)
