"""The strip of a card: one dot per real person, and the synthetic rows that rest on each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from audits.cards import Card
from audits.estimates import in_effect, many
from audits.pictures.model import Circle, Item, Line, Picture, Polygon, Rect, Text
from audits.pictures.widths import width
from audits.visible import visible

_TEXT, _SMALL = 8.5, 7.5
_BAR, _BAR_HIGH, _FAN, _SPACING = 27.0, 7.0, 78.0, 22.0
_LEAST_FAN = 24.0
_MARGIN = 5.0
_LABELS = 8


def strip(card: Card, width: float = 480, *, height: float | None = None) -> Picture:
    """Return how the synthetic rows of a group rest on its real people.

    Above, a bar of all synthetic rows, cut by the person each rests on; below, a dot per real
    person, those most used first; between them, what rests on whom. Beneath the dots a rule as
    long as the number of people that the rows rest on in effect, with its interval. Where it is
    not known who stands behind the rows, or where it is hidden, their number is set against that of
    the people. `height` lowers what stands between rows and people, so that the picture is about as
    high.
    """
    if not (card.real or card.synthetic):
        said = "how many people and rows there are is not shown"
        text = Text(width / 2, 20, said, size=_SMALL, fill="quiet", anchor="middle", room=width)
        return Picture(width, 32, (text,), visible(f"{card.name}: {said}."))
    listed = bool(card.people) and card.real > 0 and card.synthetic > 0
    items = tuple(_fan(card, width, _FAN) if listed else _amounts(card, width))
    if listed and height is not None and (more := _bottom(items) - height) > 0:
        items = tuple(_fan(card, width, max(_FAN - more, _LEAST_FAN)))
    return Picture(width, _bottom(items), items, alt(card))


def alt(card: Card) -> str:
    """Return in words how the synthetic rows of a group rest on its real people."""
    real = many(card.real, "real person", "real people")
    said = f"{card.name}: {many(card.synthetic, 'synthetic row')}, {real}"
    if card.basis.known:
        said += f", in effect {_ranged(card)}"
    says = card.people_says or ("" if any(card.people) else _why(card))
    parts = [said, *([says[0].upper() + says[1:]] if says else [])]
    if any(card.people):
        most = ", ".join(f"{count:,}" for count in card.people[:3] if count)
        parts.append(f"The rows on those most used: {most}")
    return visible(" ".join(f"{part.rstrip('.')}." for part in parts))


def _ranged(card: Card) -> str:
    low, value, high = map(in_effect, (card.basis.low, card.basis.value, card.basis.high))
    return f"{value} ({low} to {high})"


# -- who is known ----------------------------------------------------------------------------------


class _Places:
    """Where the bar's parts and the people stand."""

    def __init__(self, people: Sequence[int], room: float, fan: float = _FAN) -> None:
        self.left, self.right = _MARGIN, room - _MARGIN
        long = self.right - self.left
        total = sum(people)
        self.cuts = [self.left + long * upto / total for upto in accumulate(people, initial=0)]
        self.spacing = min(long / len(people), _SPACING)
        self.first = self.left + (long - self.spacing * len(people)) / 2
        self.radius = min(max(0.36 * self.spacing, 0.55), 4.6)
        self.dots = _BAR + _BAR_HIGH + fan + self.radius

    def person(self, place: float) -> float:
        """Return where so many people end; the first one's middle is at one half."""
        return self.first + self.spacing * place


def _fan(card: Card, room: float, fan: float) -> Iterator[Item]:
    people = sorted(card.people, reverse=True)
    if not sum(people):
        yield from _amounts(card, room)
        return
    at = _Places(people, room, fan)
    yield Text(at.left, 9, many(card.synthetic, "synthetic row"), size=_TEXT, bold=True)
    for place, (start, end) in enumerate(pairwise(at.cuts)):
        if end > start:
            yield from _thread(at, place, start, end)
    yield from _bar(at, people)
    for place, count in enumerate(people):
        x = at.person(place + 0.5)
        if count:
            yield Circle(x, at.dots, at.radius, fill="real")
        else:
            ring = min(0.9, at.radius / 2)
            yield Circle(
                x, at.dots, at.radius - ring / 2, fill="paper", stroke="real", stroke_width=ring
            )
    rule = list(_rule(card, at))
    yield from rule
    yield from _beneath(people, at, _bottom(rule))


def _thread(at: _Places, place: int, start: float, end: float) -> Iterator[Item]:
    """What rests on one person: as wide as the part of the bar above, as narrow as a dot below."""
    middle = at.person(place + 0.5)
    half = min(at.radius, (end - start) / 2)
    steps = 10 if end - start > 3 else 5
    top, bottom = _BAR + _BAR_HIGH, at.dots
    left, right = [], []
    for step in range(steps + 1):
        part = step / steps
        bent = part * part * (3 - 2 * part)
        y = top + (bottom - top) * part
        left.append((start + (middle - half - start) * bent, y))
        right.append((end + (middle + half - end) * bent, y))
    if end - start < 1.2:
        yield Polygon(
            tuple((a[0] + (b[0] - a[0]) / 2, a[1]) for a, b in zip(left, right, strict=True)),
            stroke="synthetic tint", stroke_width=max(end - start, 0.5), closed=False,
        )  # fmt: skip
    else:
        edge = "paper" if end - start > 6 else None  # a pale edge would eat a thin thread
        yield Polygon(
            (*left, *reversed(right)), fill="synthetic tint", stroke=edge, stroke_width=0.4
        )


def _bar(at: _Places, people: Sequence[int]) -> Iterator[Item]:
    labelled = 0
    for place, (start, end) in enumerate(pairwise(at.cuts)):
        gap = min(0.5, (end - start) / 4)
        if end > start:
            yield Rect(start + gap, _BAR, end - start - 2 * gap, _BAR_HIGH, fill="synthetic")
        said = f"{people[place]:,} {'row' if people[place] == 1 else 'rows'}"
        if width(said, _SMALL) > end - start:
            said = f"{people[place]:,}"
        fits = width(said, _SMALL) < end - start and labelled < _LABELS
        if people[place] and fits:
            yield Text((start + end) / 2, _BAR - 4, said, size=_SMALL, anchor="middle")
            labelled += 1


def _rule(card: Card, at: _Places) -> Iterator[Item]:
    """How many people the rows rest on in effect, as a length along the people."""
    basis = card.basis
    if not basis.known:
        return
    y = at.dots + at.radius + 9
    zero, value = at.person(0), at.person(min(basis.value, len(card.people)))
    low, high = (
        at.person(min(v if math.isfinite(v) else basis.value, len(card.people)))
        for v in (basis.low, basis.high)
    )
    yield Line(zero, y, value, y, stroke="ink", stroke_width=4.5)
    yield from _interval(low, value, high, y)
    said = f"in effect {_ranged(card)} people"
    beside = max(value, high) + 6
    if beside + width(said, _TEXT, bold=True) <= at.right:
        yield Text(beside, y + 3, said, size=_TEXT, bold=True)
    else:
        yield Text(at.left, y + 14, said, size=_TEXT, bold=True)


def _interval(low: float, value: float, high: float, y: float) -> Iterator[Item]:
    """An interval on the end of a bar: pale inside it, dark outside."""
    yield Line(low, y, value, y, stroke="paper", stroke_width=1.0)
    yield Line(value, y, high, y, stroke="ink", stroke_width=1.0)
    yield Line(low, y - 2.25, low, y + 2.25, stroke="paper", stroke_width=1.0)
    if high > value:
        yield Line(high, y - 3, high, y + 3, stroke="ink", stroke_width=1.0)


def _beneath(people: Sequence[int], at: _Places, top: float) -> Iterator[Item]:
    y = max(top, at.dots + at.radius + 2) + 12
    used = sum(count > 0 for count in people)
    unused = len(people) - used
    yield Circle(at.left + 3, y - 2.7, 3, fill="real")
    said = f"{used:,} real {_people(used)} with rows that rest on {'it' if used == 0 else 'them'}"
    yield Text(at.left + 10, y, said, size=_SMALL, fill="quiet", room=at.right - at.left - 10)
    if not unused:
        return
    x = at.left + 10 + width(said, _SMALL) + 14
    also = f"{unused:,} on whom no row rests"
    if x + 10 + width(also, _SMALL) > at.right:
        x, y = at.left, y + 12
    yield Circle(x + 3, y - 2.7, 2.6, fill="paper", stroke="real", stroke_width=0.9)
    yield Text(x + 10, y, also, size=_SMALL, fill="quiet", room=at.right - x - 10)


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


# -- who is not known ------------------------------------------------------------------------------


def _amounts(card: Card, room: float) -> Iterator[Item]:
    """Synthetic rows, real people, people in effect: three bars of one scale."""
    bars = [
        ("synthetic rows", float(card.synthetic), "synthetic", f"{card.synthetic:,}"),
        ("real people", float(card.real), "real", f"{card.real:,}"),
    ]
    if card.basis.known and card.real > 0 and card.synthetic > 0:
        bars.append(("people in effect", card.basis.value, "ink", _ranged(card)))
    names = max(width(name, _TEXT) for name, *_ in bars) + 8
    values = max(width(said, _TEXT, bold=True) for *_, said in bars) + 8
    most = max(value for _, value, *_ in bars) or 1.0
    long = max(room - names - values - 2 * _MARGIN, 20.0)
    for line, (name, value, colour, said) in enumerate(bars):
        y = 6.0 + 16 * line
        left = _MARGIN + names
        end = left + long * value / most
        yield Text(_MARGIN, y + 8, name, size=_TEXT)
        if value > 0:
            yield Rect(left, y, max(end - left, 1.0), 10, fill=colour)
        if colour == "ink":
            ends = (left + long * _finite(v) / most for v in (card.basis.low, card.basis.high))
            low, high = (min(x, left + long) for x in ends)
            yield from _interval(low, end, high, y + 5)
            end = max(end, high)
        yield Text(end + 5, y + 8, said, size=_TEXT, bold=True)
    said = card.people_says or _why(card)
    yield Text(
        _MARGIN, 6.0 + 16 * len(bars) + 9, said, size=_SMALL, fill="quiet",
        room=room - 2 * _MARGIN,
    )  # fmt: skip


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _why(card: Card) -> str:
    if card.synthetic == 0:
        return "there is no synthetic row that could rest on anybody"
    if card.real == 0:
        return "there is no real person that these rows could rest on"
    return "on which of them each row rests is not listed"


def _bottom(items: Sequence[Item]) -> float:
    """The height that holds everything."""
    lowest = 0.0
    for item in items:
        match item:
            case Text():
                lowest = max(lowest, item.y + 0.3 * item.size)
            case Circle():
                lowest = max(lowest, item.y + item.radius)
            case Rect():
                lowest = max(lowest, item.y + item.height)
            case _:
                pass
    return lowest + 2
