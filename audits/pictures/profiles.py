"""Real beside synthetic inside a group, one column: a ridge of bins, or bars of categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.estimates import percent
from audits.pictures.grids import grid, moved
from audits.pictures.model import Item, Line, Picture, Polygon, Rect, Text
from audits.pictures.widths import width as wide
from audits.results import group_name
from audits.visible import visible

if TYPE_CHECKING:
    from audits.questions.drift_rows import ProfileRow

_TEXT, _SMALL = 8.0, 7.5
_MARGIN, _HIGH, _TOP = 4.0, 62.0, 29.0
_DOTS = (1.2, 2.0)
_SMALL_HIGH, _SMALL_TOP = 44.0, 15.0


@dataclass(frozen=True)
class _Look:
    """How much room a profile takes: ridge, top, the distance of bars and how thick each is."""

    high: float
    top: float
    line: float
    bar: float
    key: bool


_LARGE = _Look(_HIGH, _TOP, 19.0, 6.5, key=True)
_LITTLE = _Look(_SMALL_HIGH, _SMALL_TOP, 12.0, 4.2, key=False)


def profile(row: ProfileRow, width: float = 230) -> Picture:
    """Return how a group is spread over one column, in both tables, as shares of their rows.

    Numbers: the real rows as a filled ridge, the synthetic ones as a dotted line over it, so that
    a narrow one inside a wide one is seen at once. Categories: two bars each, the synthetic one
    hatched. The numbers of rows stand above.
    """
    return _profile(row, width, _LARGE)


def profiles(rows: Sequence[ProfileRow], width: float = 467, columns: int = 3) -> Picture:
    """Return profiles of one group in small, beside each other, under one key.

    Where they are made of different numbers of rows, each says its own. Bars of categories bear
    the real and the synthetic share, in this order.
    """
    gap = 12.0
    columns = max(1, min(columns, len(rows)))
    cell = min((width - gap * (columns - 1)) / columns, 190.0)
    ridges, bars = any(row.edges for row in rows), any(not row.edges for row in rows)
    sizes = {(sum(row.real), sum(row.synthetic)) for row in rows}
    items: list[Item] = []
    if rows:
        items += _key_items(min(sizes) if len(sizes) == 1 else None, (0.0, 1.0), width,
                            ridges=ridges, bars=bars)  # fmt: skip
    many = grid([_profile(row, cell, _LITTLE, sized=len(sizes) > 1) for row in rows], columns, gap)
    items += [moved(item, 0, 16) for item in many.items]
    return Picture(width, 16 + many.height, tuple(items), many.alt)


def _profile(row: ProfileRow, width: float, look: _Look, *, sized: bool = False) -> Picture:
    real, synthetic = _shares(row.real), _shares(row.synthetic)
    items: list[Item] = [*_key(row, width, look, sized=sized)]
    if not (real or synthetic):
        items.append(Text(_MARGIN, look.top + 12, "no rows to show", size=_SMALL, fill="quiet"))
        return Picture(width, look.top + 18, tuple(items), alt(row))
    draw = _ridge if row.edges else _bars
    height = look.top + (look.high + 14 if row.edges else look.line * len(row.labels) + 3)
    items += draw(row, real, synthetic, width, look)
    if row.edges and any(_missing(row, real, synthetic, width, look)):
        height += 12
    return Picture(width, height, tuple(items), alt(row))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else []


def _key(row: ProfileRow, room: float, look: _Look, *, sized: bool) -> Iterator[Item]:
    """Which is which, and how many rows each is made of."""
    sizes = sum(row.real), sum(row.synthetic)
    name = row.attribute
    if sized:
        name = f"{name}, n = {sizes[0]:,} · {sizes[1]:,}"
    yield Text(_MARGIN, 9, name, size=_TEXT, bold=True, room=room - 2 * _MARGIN)
    if look.key:
        ridges = bool(row.edges)
        yield from _key_items(sizes, (_MARGIN, 15.0), room, ridges=ridges, bars=not ridges)


def _key_items(
    sizes: tuple[int, int] | None,
    at: tuple[float, float],
    room: float,
    *,
    ridges: bool,
    bars: bool,
) -> Iterator[Item]:
    """The key on one line; the numbers of rows where they are the same for all it explains."""
    x, y = at
    yield Rect(x, y, 14, 6, fill="real tint", stroke="real", stroke_width=1.0)
    real = f"real, n = {sizes[0]:,}" if sizes else "real"
    yield Text(x + 18, y + 6, real, size=_SMALL, room=room / 2)
    x += 18 + wide(real, _SMALL) + 12
    if ridges:
        yield Line(x, y + 3, x + 14, y + 3, stroke="synthetic", stroke_width=1.8, dash=_DOTS)
        x += 18
    if bars:
        yield Rect(
            x, y, 14, 6, fill="synthetic tint", stroke="synthetic", stroke_width=0.8, hatched=True
        )
        x += 18
    synthetic = f"synthetic, n = {sizes[1]:,}" if sizes else "synthetic"
    yield Text(x, y + 6, synthetic, size=_SMALL, room=room - x)


def alt(row: ProfileRow) -> str:
    """Return in one sentence where most rows of a group stand, in both tables."""
    said = [f"{row.attribute} among {group_name(row.group)}"]
    for name, counts in (("real", row.real), ("synthetic", row.synthetic)):
        shares = _shares(counts)
        if not shares:
            said.append(f"no {name} rows")
            continue
        first = max(range(len(shares)), key=lambda part: (shares[part], -part))
        said.append(
            f"of {sum(counts):,} {name} rows {percent(shares[first])} are {row.labels[first]}"
        )
    return visible("; ".join(said) + ".")


# -- numbers ---------------------------------------------------------------------------------------


def _ridge(
    row: ProfileRow, real: list[float], synthetic: list[float], room: float, look: _Look
) -> Iterator[Item]:
    bins = len(row.edges) - 1
    floor, long = look.top + look.high, room - 2 * _MARGIN
    highest = max([*real[:bins], *synthetic[:bins]], default=0.0) or 1.0
    first, last = row.edges[0], row.edges[-1]
    reach = (last - first) or 1.0

    def at(value: float) -> float:
        return _MARGIN + long * (value - first) / reach

    def outline(shares: list[float]) -> tuple[tuple[float, float], ...]:
        middles = [(a + b) / 2 for a, b in zip(row.edges, row.edges[1:], strict=False)]
        tops = [floor - look.high * share / highest for share in shares[:bins]]
        ends = (at(first), tops[0]), (at(last), tops[-1])
        inner = [(at(middle), top) for middle, top in zip(middles, tops, strict=True)]
        return (ends[0], *inner, ends[1])

    if real:
        points = outline(real)
        yield Polygon(((at(first), floor), *points, (at(last), floor)), fill="real tint")
        yield Polygon(points, stroke="real", stroke_width=1.3, closed=False)
    if synthetic:
        yield Polygon(
            outline(synthetic), stroke="synthetic", stroke_width=1.8, dash=_DOTS, closed=False
        )
    yield Line(_MARGIN, floor, room - _MARGIN, floor, stroke="quiet", stroke_width=0.7)
    start, end = row.labels[0].split(" to ")[0], row.labels[bins - 1].split(" to ")[-1]
    yield Text(_MARGIN, floor + 10, start, size=_SMALL, fill="quiet", room=long / 2)
    yield Text(
        room - _MARGIN, floor + 10, end, size=_SMALL, fill="quiet", anchor="end", room=long / 2
    )
    yield from _missing(row, real, synthetic, room, look)


def _missing(
    row: ProfileRow, real: list[float], synthetic: list[float], room: float, look: _Look
) -> Iterator[Item]:
    """What stands behind the bins is no number: said, not drawn."""
    for part in range(len(row.edges) - 1, len(row.labels)):
        if not (row.real[part] or row.synthetic[part]):
            continue
        said = " and ".join(
            f"{percent(shares[part])} of {name}"
            for name, shares in (("real", real), ("synthetic", synthetic))
            if shares
        )
        yield Text(
            _MARGIN, look.top + look.high + 21, f"{row.labels[part]}: {said} rows", size=_SMALL,
            fill="quiet", room=room - 2 * _MARGIN,
        )  # fmt: skip


# -- categories ------------------------------------------------------------------------------------


def _bars(
    row: ProfileRow, real: list[float], synthetic: list[float], room: float, look: _Look
) -> Iterator[Item]:
    names = min(max(wide(visible(name), _TEXT) for name in row.labels), 0.36 * room) + 7
    values = wide("99.9 %" if look.key else "99.9 · 99.9 %", _SMALL) + 4
    long = room - 2 * _MARGIN - names - values
    highest = max([*real, *synthetic], default=0.0) or 1.0
    left = _MARGIN + names
    for part, name in enumerate(row.labels):
        y = look.top + look.line * part
        yield Text(_MARGIN, y + 0.55 * look.line, name, size=_TEXT, room=names - 6)
        ends = [0.0]
        for shares, top, role, hatched in (
            (real, y, "real", False), (synthetic, y + look.bar + 1.5, "synthetic", True),
        ):  # fmt: skip
            if not shares:
                continue
            ends.append(long * shares[part] / highest)
            if shares[part]:
                yield Rect(
                    left, top + 0.5, max(ends[-1], 0.5), look.bar, fill=f"{role} tint", stroke=role,
                    stroke_width=0.8, hatched=hatched,
                )  # fmt: skip
            if look.key:
                said = percent(shares[part])
                yield Text(left + ends[-1] + 4, top + 6.6, said, size=7.0, fill="quiet")
        if not look.key:
            said = _both(real, synthetic, part)
            yield Text(left + max(ends) + 4, y + 0.55 * look.line, said, size=7.0, fill="quiet")
    below = look.top + look.line * len(row.labels) - 2
    yield Line(left, look.top - 1, left, below, stroke="quiet")


def _both(real: list[float], synthetic: list[float], part: int) -> str:
    """The real and the synthetic share of a category, the sign written once."""
    if real and synthetic:
        return f"{percent(real[part]).removesuffix(' %')} · {percent(synthetic[part])}"
    return percent((real or synthetic)[part])
