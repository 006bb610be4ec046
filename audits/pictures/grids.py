"""Several pictures on one sheet."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from audits.pictures.model import Item, Line, Picture, Polygon


def grid(pictures: Sequence[Picture], columns: int = 2, gap: float = 16) -> Picture:
    """Return pictures set in lines of so many columns, read from left to right.

    What they show is said in the same order.

    >>> one = Picture(100, 50, (), "One.")
    >>> both = grid([one, one], columns=2, gap=20)
    >>> both.width, both.height, both.alt
    (220, 50, 'One. One.')
    """
    columns = max(min(columns, len(pictures)), 1)
    cell = max((picture.width for picture in pictures), default=0)
    items: list[Item] = []
    top: float = 0
    for start in range(0, len(pictures), columns):
        line = pictures[start : start + columns]
        for place, picture in enumerate(line):
            items += [_moved(item, place * (cell + gap), top) for item in picture.items]
        top += max(picture.height for picture in line) + gap
    said = " ".join(picture.alt for picture in pictures)
    return Picture(columns * (cell + gap) - gap, max(top - gap, 0), tuple(items), said)


def _moved(item: Item, right: float, down: float) -> Item:
    if isinstance(item, Line):
        return dataclasses.replace(
            item, x1=item.x1 + right, x2=item.x2 + right, y1=item.y1 + down, y2=item.y2 + down
        )
    if isinstance(item, Polygon):
        return dataclasses.replace(
            item, points=tuple((x + right, y + down) for x, y in item.points)
        )
    return dataclasses.replace(item, x=item.x + right, y=item.y + down)
