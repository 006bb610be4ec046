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
            items += [moved(item, place * (cell + gap), top) for item in picture.items]
        top += max(picture.height for picture in line) + gap
    said = " ".join(picture.alt for picture in pictures)
    return Picture(columns * (cell + gap) - gap, max(top - gap, 0), tuple(items), said)


def beside(pictures: Sequence[Picture], gap: float = 16) -> Picture:
    """Return pictures in one line, each as wide as it is.

    >>> made = beside([Picture(100, 50, (), "One."), Picture(60, 80, (), "Two.")], gap=20)
    >>> made.width, made.height, made.alt
    (180, 80, 'One. Two.')
    """
    items: list[Item] = []
    left: float = 0
    for picture in pictures:
        items += [moved(item, left, 0) for item in picture.items]
        left += picture.width + gap
    said = " ".join(picture.alt for picture in pictures)
    high = max((picture.height for picture in pictures), default=0)
    return Picture(max(left - gap, 0), high, tuple(items), said)


def moved(item: Item, right: float, down: float) -> Item:
    """Return a shape elsewhere."""
    if isinstance(item, Line):
        return dataclasses.replace(
            item, x1=item.x1 + right, x2=item.x2 + right, y1=item.y1 + down, y2=item.y2 + down
        )
    if isinstance(item, Polygon):
        return dataclasses.replace(
            item, points=tuple((x + right, y + down) for x, y in item.points)
        )
    return dataclasses.replace(item, x=item.x + right, y=item.y + down)
