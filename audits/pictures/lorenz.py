"""The Lorenz curve of a group's people: how unevenly the synthetic rows rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from audits.cards import Card
from audits.estimates import percent
from audits.pictures.model import Item, Line, Picture, Polygon, Text
from audits.visible import visible

_SMALL = 7.5
_LEFT, _BOTTOM = 34.0, 30.0


def lorenz(card: Card, width: float = 230, height: float | None = None) -> Picture:
    """Return the share of synthetic rows that rest on each share of the people, least used first.

    The straight line is where all people would be used alike; the further the curve hangs beneath
    it, the fewer carry the rows. Where the people are not listed, the picture says so. Without a
    `height` the curve stands in a square; with one, less is written in it.
    """
    if not sum(card.people):
        text = Text(
            width / 2, 20, "on whom each row rests is not listed", size=_SMALL, fill="quiet",
            anchor="middle", room=width,
        )  # fmt: skip
        return Picture(width, 32, (text,), alt(card))
    long = width - _LEFT - 6
    high = long if height is None else max(height - 6 - _BOTTOM, 48.0)
    return Picture(
        width,
        6 + high + _BOTTOM,
        tuple(_curve(card, long, high, flat=height is not None)),
        alt(card),
    )


def alt(card: Card) -> str:
    """Return in one sentence on how few people the synthetic rows rest."""
    says = _says(card) if sum(card.people) else "on whom each synthetic row rests is not listed"
    return visible(f"{card.name}: {says}.")


def _says(card: Card) -> str:
    most = min(5, len(card.people))
    said = f"the {most} most used of {len(card.people):,} people carry {percent(card.top5_share)}"
    if most == 1:
        said = "one person carries 100 %"
    return f"{said} of the synthetic rows"


def _curve(card: Card, long: float, high: float, *, flat: bool) -> Iterator[Item]:
    people = sorted(card.people)
    total, top = sum(people), 6.0
    floor, right = top + high, _LEFT + long
    points = [
        (_LEFT + long * place / len(people), floor - high * upto / total)
        for place, upto in enumerate(accumulate(people, initial=0))
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _LEFT + long * share, floor - high * share
        yield Line(_LEFT, y, right, y, stroke="grid", stroke_width=0.5)
        yield Text(_LEFT - 4, y + 2.6, percent(share), size=_SMALL, fill="quiet", anchor="end")
        if share in (0.0, 0.5, 1.0):
            anchors = {0.0: "start", 0.5: "middle", 1.0: "end"}
            yield Text(
                x, floor + 11, percent(share), size=_SMALL, fill="quiet",
                anchor=anchors[share],  # type: ignore[arg-type]
            )  # fmt: skip
    yield Polygon((*points, (_LEFT, floor)), fill="synthetic tint")
    yield Line(_LEFT, floor, right, top, stroke="real", stroke_width=1.2)
    yield Polygon(tuple(points), stroke="synthetic", stroke_width=1.8, closed=False)
    if len(people) > 5 and not flat:  # the top five: what lies right of this line
        x, y = points[-6]
        yield Line(x, top, x, floor, stroke="quiet", stroke_width=0.7, dash=(2.0, 2.0))
        yield Line(x, y, right, y, stroke="quiet", stroke_width=0.7, dash=(2.0, 2.0))
        said = f"the 5 most used: {percent(card.top5_share)}"
        yield Text(_LEFT + 5, top + 41, said, size=_SMALL, fill="ink", room=long - 10)
        yield Line(
            _LEFT + 5, top + 45, _LEFT + 25, top + 45, stroke="quiet", stroke_width=0.7,
            dash=(2.0, 2.0),
        )  # fmt: skip
    yield Text(_LEFT + 5, top + 9, "all used alike", size=_SMALL, fill="real")
    yield Line(_LEFT + 5, top + 13, _LEFT + 25, top + 13, stroke="real", stroke_width=1.2)
    yield Text(_LEFT + 5, top + 25, "these synthetic rows", size=_SMALL, fill="ink")
    yield Line(_LEFT + 5, top + 29, _LEFT + 25, top + 29, stroke="synthetic", stroke_width=1.8)
    said = "people, least used first" + ("" if flat else "; upwards: synthetic rows")
    yield Text(_LEFT, floor + 22, said, size=_SMALL, fill="quiet", room=long + 6)
