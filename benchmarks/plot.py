"""A log-log plot as a small SVG: no library, text stays text, the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 460, 70, 56, 20, 130
LOOKS = (("#0072B2", "", "circle"), ("#D55E00", "6 4", "square"), ("#4C2099", "2 3", "diamond"))


def log_log(
    series: Mapping[str, Sequence[tuple[float, float]]], path: Path, across: str, up: str
) -> None:
    """Draw each series as a line with marks; colour, dash and shape say the same."""
    points = [point for found in series.values() for point in found]
    if not points:
        return
    low_x, high_x = (f(math.log10(x) for x, _ in points) for f in (min, max))
    low_y, high_y = (f(math.log10(y) for _, y in points) for f in (min, max))
    low_y, high_y = math.floor(low_y), math.ceil(high_y)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        across_it = (math.log10(x) - low_x) / ((high_x - low_x) or 1)
        up_it = (math.log10(y) - low_y) / ((high_y - low_y) or 1)
        return round(LEFT + wide * across_it, 1), round(TOP + high * (1 - up_it), 1)

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(up)} by {escape(across)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    for power in range(math.ceil(low_x), math.floor(high_x) + 1):
        x, _ = place(10.0**power, 10.0**low_y)
        drawn.append(f'<path d="M{x} {TOP}V{TOP + high}" stroke="#ddd"/>')
        drawn.append(
            f'<text x="{x}" y="{TOP + high + 20}" text-anchor="middle">{10**power:,}</text>'
        )
    for power in range(low_y, high_y + 1):
        _, y = place(10.0**low_x, 10.0**power)
        drawn.append(f'<path d="M{LEFT} {y}H{LEFT + wide}" stroke="#ddd"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>')
    for (name, found), (colour, dash, shape) in zip(series.items(), LOOKS, strict=False):
        if found:
            drawn += _line([place(x, y) for x, y in found], name, colour, dash, shape)
    middle, turned = LEFT + wide / 2, f"translate(18 {TOP + high / 2}) rotate(-90)"
    anchored = 'text-anchor="middle"'
    drawn.append(f'<text x="{middle}" y="{HEIGHT - 10}" {anchored}>{escape(across)}</text>')
    drawn.append(f'<text transform="{turned}" {anchored}>{escape(up)}</text></svg>')
    path.write_text("\n".join(drawn) + "\n")


def _line(
    places: list[tuple[float, float]], name: str, colour: str, dash: str, shape: str
) -> list[str]:
    way = " ".join(f"{x},{y}" for x, y in places)
    drawn = [f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2" '
             f'stroke-dasharray="{dash}"/>']  # fmt: skip
    for x, y in places:
        if shape == "circle":
            drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        else:
            turn = f' transform="rotate(45 {x} {y})"' if shape == "diamond" else ""
            drawn.append(
                f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" fill="{colour}"{turn}/>'
            )
    x, y = places[-1]
    drawn.append(f'<text x="{x + 10}" y="{y + 4}" fill="{colour}">{escape(name)}</text>')
    return drawn
