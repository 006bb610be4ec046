"""Words that set groups apart: how many of a group's texts hold each, and how many of the others.

A block per group, a line per word, on one axis from none to all of the texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import percent
from audits.pictures.model import Circle, Item, Line, Picture, Text
from audits.pictures.widths import cut
from audits.results import Answer, Group, group_name
from audits.visible import visible

_TEXT, _SMALL = 8.0, 7.5
_LINE, _HEAD, _FOOT, _GAP = 12.0, 18.0, 16.0, 18.0
_WORDS, _BLOCKS = 8, 8
_NAME = 74.0


@dataclass(frozen=True)
class _Block:
    """One group: its words, and where its drawing begins."""

    group: Group
    words: tuple[Any, ...]
    left: float
    top: float
    width: float

    @property
    def start(self) -> float:
        """Where the axis begins, right of the words."""
        return self.left + _NAME

    def at(self, share: float) -> float:
        """Where a share of the texts stands."""
        return self.start + share * (self.width - _NAME - 8)


def words_apart(answer: Answer, width: float = 480) -> Picture:
    """Return the words that most surely set each group's synthetic texts apart.

    Parameters
    ----------
    answer : Answer
        To the question "text_words".
    width : float
        In points; two groups stand side by side from 400 on.
    """
    blocks = _placed(_by_group(answer), width)
    if not blocks:
        text = Text(width / 2, 20, "no word to show", size=_TEXT, fill="quiet", anchor="middle")
        return Picture(width, 32, (text,), "No word sets a group's texts apart.")
    bottom = max(block.top + _high(block.words) for block in blocks)
    items = [item for block in blocks for item in _drawn(block)]
    items += _legend(bottom + 8)
    return Picture(width, bottom + 16, tuple(items), _alt(blocks))


def _by_group(answer: Answer) -> list[tuple[Group, tuple[Any, ...]]]:
    """Groups of one feature first, each with its surest words; identities are left out."""
    found: dict[Group, list[Any]] = {}
    for row in answer.tables.get("marked", ()):
        one: Any = row
        if is_drawn(one):
            found.setdefault(one.group, []).append(one)
    order = sorted(found, key=lambda group: (len(group), group))
    return [(group, tuple(found[group][:_WORDS])) for group in order[:_BLOCKS]]


def is_drawn(row: Any) -> bool:
    """Whether a word is drawn: marked in the synthetic texts, and no identity."""
    return bool(row.side == "synthetic" and row.marked and not row.identity)


def _high(words: Sequence[Any]) -> float:
    return _HEAD + _LINE * len(words) + _FOOT


def _placed(groups: Sequence[tuple[Group, tuple[Any, ...]]], width: float) -> list[_Block]:
    columns = 2 if width >= 400 and len(groups) > 1 else 1
    wide = (width - _GAP * (columns - 1)) / columns
    blocks, top = [], 0.0
    for first in range(0, len(groups), columns):
        line = groups[first : first + columns]
        for place, (group, words) in enumerate(line):
            blocks.append(_Block(group, words, place * (wide + _GAP), top, wide))
        top += max(_high(words) for _, words in line) + 6
    return blocks


def _drawn(block: _Block) -> Iterator[Item]:
    yield Text(
        block.left, block.top + 10, visible(group_name(block.group)), size=_TEXT, bold=True,
        room=block.width,
    )  # fmt: skip
    top = block.top + _HEAD
    end = top + _LINE * len(block.words)
    for share in (0.0, 0.5, 1.0):
        x = block.at(share)
        yield Line(x, top, x, end, stroke="grid", stroke_width=0.5)
        yield Text(x, end + 9, percent(share), size=_SMALL, fill="quiet", anchor="middle")
    for place, word in enumerate(block.words):
        y = top + _LINE * (place + 0.5)
        yield Text(
            block.start - 8, y + 2.8, cut(visible(word.word), _TEXT, _NAME - 10), size=_TEXT,
            anchor="end",
        )  # fmt: skip
        if word.inside < 0:
            yield Text(
                block.at(0.25), y + 2.6, "hidden", size=_SMALL, fill="quiet", anchor="middle"
            )
            continue
        inside, outside = block.at(word.share_inside), block.at(word.share_outside)
        yield Line(outside, y, inside, y, stroke="grid", stroke_width=1.6)
        yield Circle(outside, y, 2.6, fill="paper", stroke="quiet", stroke_width=1.0)
        yield Circle(inside, y, 2.8, fill="synthetic")


def _legend(y: float) -> list[Item]:
    return [
        Circle(4, y - 2.6, 2.8, fill="synthetic"),
        Text(11, y, "of the group's synthetic texts", size=_SMALL, fill="quiet"),
        Circle(144, y - 2.6, 2.6, fill="paper", stroke="quiet", stroke_width=1.0),
        Text(151, y, "of the others hold the word", size=_SMALL, fill="quiet"),
    ]


def _alt(blocks: Sequence[_Block]) -> str:
    said = [
        f"{visible(group_name(block.group))}: "
        + ", ".join(visible(word.word) for word in block.words[:3])
        for block in blocks
    ]
    return f"Words that set the synthetic texts of groups apart. {'; '.join(said)}."
