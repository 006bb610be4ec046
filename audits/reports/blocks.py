"""What a report is made of, whoever sets it: sections of paragraphs, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audits.pictures.model import Picture
from audits.results import Verdict


@dataclass(frozen=True)
class Paragraph:
    """Plain text; `lead` is set larger, `quiet` smaller and paler."""

    text: str
    look: Literal["plain", "lead", "quiet"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of plain texts."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Statement:
    """A finding: verdict, what it is about, its sentence, and a remark set smaller.

    `target` is the id of the section that tells more, where there is one.
    """

    verdict: Verdict
    title: str
    text: str
    remark: str = ""
    target: str = ""


@dataclass(frozen=True)
class Tile:
    """A number set large, and what it counts."""

    value: str
    says: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Tiles:
    """Up to four numbers beside each other."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values, one pair a line; `code` sets the values in fixed width."""

    pairs: tuple[tuple[str, str], ...]
    caption: str = ""
    code: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table; widths are shares of the page's width, 0 for as wide as it needs."""

    name: str
    align: Literal["left", "right"] = "left"
    width: float = 0.0


@dataclass(frozen=True)
class Table:
    """Lines of cells; a cell is a text or a verdict, which is set as a mark with its word.

    `note` stands under the caption: what was left out, and where it can be found. Where there is
    little room, `brief` says "not enough" for "not enough evidence" on paper.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Verdict, ...], ...]
    caption: str
    note: str = ""
    brief: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture under its caption; its alternative text is the picture's own."""

    picture: Picture
    caption: str


Block = Paragraph | Bullets | Statement | Tiles | Facts | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading (level 1 to 3) and what stands beneath it, until the next section.

    `look` says how it is set: sections `beside` each other in two columns; a `dense` one with its
    facts in two columns. `one_page` asks that a section and those beneath it take a
    page of their own, set smaller where that is what it takes.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    level: Literal[1, 2, 3] = 1
    new_page: bool = False
    look: Literal["plain", "beside", "dense"] = "plain"
    one_page: bool = False


@dataclass(frozen=True)
class Cover:
    """The first page: overall finding, counts of verdicts, what was compared."""

    eyebrow: str
    title: str
    subtitle: str
    verdict: Verdict
    headline: str
    text: str
    tiles: Tiles
    compared: Facts
    caveat: str


@dataclass(frozen=True)
class Document:
    """A whole report. `timestamp` is seconds since 1970, for the file's metadata, or None."""

    cover: Cover
    sections: tuple[Section, ...]
    running: str
    identity: str
    author: str
    language: str = "en"
    timestamp: int | None = None
