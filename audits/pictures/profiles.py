"""Real beside synthetic inside a group, one column: a ridge of bins, or bars of categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from audits.estimates import percent
from audits.pictures.model import Item, Line, Picture, Polygon, Rect, Text
from audits.pictures.widths import width as wide
from audits.results import group_name
from audits.visible import visible

if TYPE_CHECKING:
    from audits.questions.drift_rows import ProfileRow

_TEXT, _SMALL = 8.0, 7.5
_MARGIN, _HIGH, _TOP = 4.0, 62.0, 29.0
_DOTS = (1.2, 2.0)


def profile(row: ProfileRow, width: float = 230) -> Picture:
    """Return how a group is spread over one column, in both tables, as shares of their rows.

    Numbers: the real rows as a filled ridge, the synthetic ones as a dotted line over it, so that
    a narrow one inside a wide one is seen at once. Categories: two bars each, the synthetic one
    hatched. The numbers of rows stand above.
    """
    real, synthetic = _shares(row.real), _shares(row.synthetic)
    items = [*_key(row, width)]
    if not (real or synthetic):
        items.append(Text(_MARGIN, _TOP + 12, "no rows to show", size=_SMALL, fill="quiet"))
        return Picture(width, _TOP + 18, tuple(items), _alt(row))
    draw = _ridge if row.edges else _bars
    height = _TOP + (_HIGH + 14 if row.edges else 19 * len(row.labels) + 3)
    items += draw(row, real, synthetic, width)
    if row.edges and any(_missing(row, real, synthetic, width)):
        height += 12
    return Picture(width, height, tuple(items), _alt(row))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else []


def _key(row: ProfileRow, room: float) -> Iterator[Item]:
    """Which is which, and how many rows each is made of."""
    yield Text(_MARGIN, 9, row.attribute, size=_TEXT, bold=True, room=room - 2 * _MARGIN)
    yield Rect(_MARGIN, 15, 14, 6, fill="real tint", stroke="real", stroke_width=1.0)
    real = f"real, n = {sum(row.real):,}"
    yield Text(_MARGIN + 18, 21, real, size=_SMALL, room=room / 2)
    x = _MARGIN + 18 + wide(real, _SMALL) + 12
    if row.edges:
        yield Line(x, 18, x + 14, 18, stroke="synthetic", stroke_width=1.8, dash=_DOTS)
    else:
        yield Rect(
            x, 15, 14, 6, fill="synthetic tint", stroke="synthetic", stroke_width=0.8, hatched=True
        )
    synthetic = f"synthetic, n = {sum(row.synthetic):,}"
    yield Text(x + 18, 21, synthetic, size=_SMALL, room=room - x - 18)


def _alt(row: ProfileRow) -> str:
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
    row: ProfileRow, real: list[float], synthetic: list[float], room: float
) -> Iterator[Item]:
    bins = len(row.edges) - 1
    floor, long = _TOP + _HIGH, room - 2 * _MARGIN
    highest = max([*real[:bins], *synthetic[:bins]], default=0.0) or 1.0
    first, last = row.edges[0], row.edges[-1]
    reach = (last - first) or 1.0

    def at(value: float) -> float:
        return _MARGIN + long * (value - first) / reach

    def outline(shares: list[float]) -> tuple[tuple[float, float], ...]:
        middles = [(a + b) / 2 for a, b in zip(row.edges, row.edges[1:], strict=False)]
        tops = [floor - _HIGH * share / highest for share in shares[:bins]]
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
    yield from _missing(row, real, synthetic, room)


def _missing(
    row: ProfileRow, real: list[float], synthetic: list[float], room: float
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
            _MARGIN, _TOP + _HIGH + 21, f"{row.labels[part]}: {said} rows", size=_SMALL,
            fill="quiet", room=room - 2 * _MARGIN,
        )  # fmt: skip


# -- categories ------------------------------------------------------------------------------------


def _bars(
    row: ProfileRow, real: list[float], synthetic: list[float], room: float
) -> Iterator[Item]:
    names = min(max(wide(visible(name), _TEXT) for name in row.labels), 0.36 * room) + 7
    values = wide("99.9 %", _SMALL) + 4
    long = room - 2 * _MARGIN - names - values
    highest = max([*real, *synthetic], default=0.0) or 1.0
    left = _MARGIN + names
    for part, name in enumerate(row.labels):
        y = _TOP + 19.0 * part
        yield Text(_MARGIN, y + 10.5, name, size=_TEXT, room=names - 6)
        for shares, top, role, hatched in (
            (real, y, "real", False), (synthetic, y + 8, "synthetic", True),
        ):  # fmt: skip
            if not shares:
                continue
            end = long * shares[part] / highest
            if shares[part]:
                yield Rect(
                    left, top + 0.5, max(end, 0.5), 6.5, fill=f"{role} tint", stroke=role,
                    stroke_width=0.8, hatched=hatched,
                )  # fmt: skip
            yield Text(left + end + 4, top + 6.6, percent(shares[part]), size=7.0, fill="quiet")
    yield Line(left, _TOP - 1, left, _TOP + 19.0 * len(row.labels) - 2, stroke="quiet")
